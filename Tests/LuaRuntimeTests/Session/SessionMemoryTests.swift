import LuaRuntime
import Testing

@Suite("The memory of a session")
struct SessionMemoryTests {
    /// Every way in which a session reaches into its VM.
    private func everything(_ vm: LuaVM) async throws {
        try await vm.openSession { _ in }
        let first = LuaTopLevel(LuaChunk("local a, b = { x = { 1 } }, t.probe('p') shared = { a }", name: "input"))
        _ = try await vm.evaluate(first.chunk, declaring: first.names)
        let values = try await vm.evaluate(LuaChunk("return a, b, shared, print, json", name: "input")).values
        #expect(values.count == 5)
        _ = try await vm.evaluate(LuaChunk("task = s.spawn(function() t.forever() end)", name: "input"))
        for path in [[], ["a", "x"], ["b"], ["json"], ["shared"], ["s", "nothing"]] { _ = await vm.members(of: path) }
        await vm.endDetachedTasks()
        _ = try await vm.evaluate(LuaChunk("error({ code = 1 })", name: "input"))
    }

    @Test("A session survives the failure of any two allocations in a row")
    func everyAllocationMayFail() async throws {
        let probes = ProbeCount()
        var n: UInt64 = 1
        var failures = 0
        while true {
            let vm = try LuaFixture.vm(probes: probes)
            let armed = await vm.allocations
            await vm.failAllocation(n, count: 2)
            do {
                try await everything(vm)
                Issue.record("the last chunk fails in any case")
            } catch let error as LuaError {
                if error.message.contains("not enough memory") { failures += 1 }
            }
            let wasReached = await vm.allocations >= armed + n
            await vm.failAllocation(0, count: 0)
            // The machine still works, and so does the session if there is one.
            try await vm.openSession { _ in }
            let values = try await vm.evaluate(LuaChunk("return t.later(7)", name: "after")).values
            if case .integer(7)? = values.first {} else { Issue.record("\(values)") }
            await vm.endDetachedTasks()
            if !wasReached { break }
            n += 1
        }
        #expect(n > 60)
        #expect(failures > 30)
        #expect(probes.alive == 0)
    }

    @Test("A session releases the memory of the chunks that it has run")
    func chunksAreReleased() async throws {
        let probes = ProbeCount()
        let vm = try LuaFixture.vm(probes: probes)
        try await vm.openSession { _ in }
        _ = try await vm.evaluate(LuaChunk("return 1", name: "x"))
        await vm.collectGarbage()
        let before = await vm.memoryUsed
        for _ in 0..<200 {
            _ = try await vm.evaluate(LuaChunk("return t.probe('x'), { 1, 2, 3 }", name: "x"))
            _ = await vm.members(of: ["t"])
        }
        _ = try await vm.evaluate(LuaChunk("return 1", name: "x"))
        await vm.collectGarbage()
        #expect(probes.alive == 0)
        #expect(await vm.memoryUsed < before + 4096)
    }
}
