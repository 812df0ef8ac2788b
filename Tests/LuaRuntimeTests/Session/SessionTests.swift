import LuaRuntime
import SpeedPixTestSupport
import Synchronization
import Testing

@Suite("Sessions of a VM")
struct SessionTests {
    private func session(_ gate: Gate = Gate()) async throws -> LuaVM {
        try await session(gate) { _ in }
    }

    private func session(_ gate: Gate, _ onFailure: @escaping @Sendable (LuaError) -> Void) async throws -> LuaVM {
        let module = LuaModule(
            name: "test",
            functions: [
                .waiting("gate") { arguments in
                    let name = try arguments.string(1)
                    return { _ in
                        await gate.wait(name)
                        try Task.checkCancellation()
                        return .nil
                    }
                }
            ])
        let vm = try LuaVM(modules: [module, .concurrency(name: "tasks")])
        try await vm.openSession(onDetachedFailure: onFailure)
        return vm
    }

    /// Runs a line as a prompt does.
    @discardableResult
    private func run(_ text: String, in vm: LuaVM) async throws -> [LuaSnapshot] {
        switch LuaInput(text, name: "input") {
        case .expression(let chunk): return try await vm.evaluate(chunk).values
        case .statements(let chunk):
            let level = LuaTopLevel(chunk)
            return try await vm.evaluate(level.chunk, declaring: level.names).values
        case .failure(let error): throw error
        default: return []
        }
    }

    private func integer(_ text: String, in vm: LuaVM) async throws -> Int64? {
        if case .integer(let value)? = try await run(text, in: vm).first { value } else { nil }
    }

    @Test("A session keeps locals from chunk to chunk")
    func sessionKeepsLocals() async throws {
        let vm = try await session()
        try await run("local x, y = 1, 2", in: vm)
        try await run("local function double(n) return n * 2 end", in: vm)
        #expect(try await integer("double(x + y)", in: vm) == 6)
        try await run("x = x + 10", in: vm)
        #expect(try await integer("x", in: vm) == 11)
        // No global came of it, which modules would see.
        #expect(try await integer("rawget(_G, 'x') == nil and 1 or 0", in: vm) == 1)
    }

    @Test("A local of a session hides the global of the same name")
    func aLocalHidesAGlobal() async throws {
        let vm = try await session()
        try await run("shared = 5 function get() return shared end", in: vm)
        try await run("local shared = shared + 1", in: vm)
        #expect(try await integer("shared", in: vm) == 6)
        #expect(try await integer("_G.shared", in: vm) == 5)
        try await run("local shared", in: vm)
        #expect(try await integer("shared == nil and 1 or 0", in: vm) == 1)
        try await run("shared = 7", in: vm)
        #expect(try await integer("_G.shared * 100 + shared", in: vm) == 507)
        try await run("fresh = 1", in: vm)
        #expect(try await integer("_G.fresh", in: vm) == 1)
    }

    @Test("Closures share the locals of a session")
    func closuresShareLocals() async throws {
        let vm = try await session()
        try await run("local n = 0", in: vm)
        try await run("function count() n = n + 1 return n end", in: vm)
        try await run("count() count()", in: vm)
        #expect(try await integer("n", in: vm) == 2)
    }

    @Test("A session closes <close> variables at the end of their chunk")
    func closesAtTheEndOfTheChunk() async throws {
        let vm = try await session()
        try await run("log = {}", in: vm)
        try await run(
            "local f <close> = setmetatable({}, { __close = function() log[#log + 1] = 'closed' end }) log[1] = 'open'",
            in: vm)
        #expect(try await integer("#log", in: vm) == 2)
        #expect(try await integer("f == nil and 1 or 0", in: vm) == 1)
    }

    @Test("A session keeps the last result in _ and the last error in _error")
    func remembersTheLastResultAndError() async throws {
        let vm = try await session()
        try await run("40 + 2", in: vm)
        #expect(try await integer("_ + 1", in: vm) == 43)
        try await run("x = 1", in: vm)
        #expect(try await integer("_", in: vm) == 43)
        await #expect(throws: LuaError.self) { try await run("error({ code = 7 })", in: vm) }
        #expect(try await integer("_error.code", in: vm) == 7)
        // They are the session's, and no globals.
        #expect(try await integer("_G._ == nil and _G._error == nil and 1 or 0", in: vm) == 1)
    }

    @Test("A task of a session goes on after its chunk has ended")
    func tasksOutliveTheirChunk() async throws {
        let gate = Gate()
        let vm = try await session(gate)
        try await run("t = tasks.spawn(function() test.gate('a') done = true return 9 end)", in: vm)
        #expect(await vm.detachedTasks.map(\.location) == ["input:1"])
        #expect(try await integer("done and 1 or 0", in: vm) == 0)
        gate.open("a")
        #expect(try await integer("t:join()", in: vm) == 9)
        #expect(await vm.detachedTasks.isEmpty)
    }

    @Test("A session reports the failure of a task that nothing joins, and of no other")
    func failureOfADetachedTask() async throws {
        let gate = Gate()
        let (errors, continuation) = AsyncStream.makeStream(of: LuaError.self)
        let vm = try await session(gate) { continuation.yield($0) }
        try await run("tasks.spawn(function() test.gate('a') error('lost') end)", in: vm)
        gate.open("a")
        var iterator = errors.makeAsyncIterator()
        #expect(await iterator.next()?.message == "input:1: lost")
        // One that somebody waits for is theirs.
        try await run("t = tasks.spawn(function() test.gate('b') error('theirs') end)", in: vm)
        // The gate is reached when the chunk waits for `t`.
        let joined = Task { try await run("tasks.spawn(function() test.gate('c') end) t:join()", in: vm) }
        _ = await gate.arrived(3)
        gate.open("b")
        await #expect(throws: LuaError.self) { try await joined.value }
        continuation.finish()
        #expect(await iterator.next() == nil)
    }

    @Test("A chunk that fails cancels the tasks that it has spawned")
    func failedChunkCancelsItsTasks() async throws {
        let vm = try await session()
        await #expect(throws: LuaError.self) {
            try await run("t = tasks.spawn(function() test.gate('never') end) error('x')", in: vm)
        }
        #expect(try await integer("t.status == 'canceled' and 1 or 0", in: vm) == 1)
        #expect(await vm.detachedTasks.isEmpty)
    }

    @Test("A cancelled chunk does not cancel the tasks of earlier chunks")
    func cancellingKeepsEarlierTasks() async throws {
        let gate = Gate()
        let vm = try await session(gate)
        try await run("t = tasks.spawn(function() test.gate('a') return 3 end)", in: vm)
        let waiting = Task { try await run("test.gate('b')", in: vm) }
        _ = await gate.arrived(2)
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        gate.open("a")
        #expect(try await integer("t:join()", in: vm) == 3)
    }

    @Test("A cancel stops a chunk that loops for ever and keeps its variables")
    func busyChunkIsCancelled() async throws {
        let started = StartSignal()
        let vm = try LuaVM(modules: [started.module])
        try await vm.openSession { _ in }
        let busy = Task {
            try await vm.evaluate(
                LuaChunk("x = 1 test.started() while true do pcall(error) end", name: "input"), patience: .zero)
        }
        await started.isGiven()
        busy.cancel()
        await #expect(throws: CancellationError.self) { try await busy.value }
        #expect(try await integer("x", in: vm) == 1)
    }

    @Test("A chunk's <close> variables can wait when it fails or is cancelled, while earlier tasks go on")
    func closingWaits() async throws {
        let gate = Gate()
        let vm = try await session(gate)
        try await run(
            """
            log = {}
            function guard(name)
              return setmetatable({}, { __close = function() test.gate(name) log[#log + 1] = name end })
            end
            """, in: vm)
        gate.open("failed")
        await #expect(throws: LuaError.self) {
            try await run("do local g <close> = guard('failed') error('x') end", in: vm)
        }
        #expect(try await integer("#log", in: vm) == 1)
        try await run(
            "t = tasks.spawn(function() test.gate('a') for _ = 1, 100000 do end test.gate('b') return 3 end)", in: vm)
        let clock = ManualClock()
        let evaluation = Task {
            try await vm.evaluate(
                LuaChunk("local g <close> = guard('slow') test.gate('c')", name: "input"), clock: clock)
        }
        // "failed", "a" and "c"; then the guard.
        _ = await gate.arrived(3)
        evaluation.cancel()
        _ = await gate.arrived(4)
        // The VM has answered, and so is not busy: nobody is stopped for the chunk.
        await clock.waitForSleepers(1)
        clock.advance(by: .milliseconds(250))
        gate.open("a")
        _ = await gate.arrived(5)
        gate.open("slow")
        await #expect(throws: CancellationError.self) { try await evaluation.value }
        gate.open("b")
        #expect(try await integer("t:join()", in: vm) == 3)
        #expect(try await integer("#log", in: vm) == 2)
        // Whoever looks after the cancelled chunk ends, too.
        clock.advance(by: .milliseconds(250))
    }

    @Test("The end of the session waits for the <close> variables of its tasks")
    func endWaits() async throws {
        let gate = Gate()
        let vm = try await session(gate)
        try await run(
            """
            t = tasks.spawn(function()
              local g <close> = setmetatable({}, { __close = function() test.gate('closing') closed = 1 end })
              test.gate('never')
            end)
            """, in: vm)
        gate.open("closing")
        await vm.endDetachedTasks()
        #expect(try await integer("closed", in: vm) == 1)
        #expect(await vm.detachedTasks.isEmpty)
    }

    @Test("The end of a session cancels its tasks")
    func tasksEndWithTheSession() async throws {
        let vm = try await session()
        try await run("t = tasks.spawn(function() test.gate('never') end)", in: vm)
        await vm.endDetachedTasks()
        #expect(try await integer("t.status == 'canceled' and 1 or 0", in: vm) == 1)
    }

    @Test("A session lists the names of its locals and globals")
    func sessionNames() async throws {
        let vm = try await session()
        try await run("local mine = { alpha = 1, go = function() end, [1] = 2 } theirs = 'x'", in: vm)
        try await run("class = setmetatable({ own = 1 }, { __index = { inherited = print } })", in: vm)
        let all = await vm.members(of: [])
        #expect(all.contains(.field("mine")) && all.contains(.field("theirs")) && all.contains(.function("print")))
        #expect(await Set(vm.members(of: ["mine"])) == [.field("alpha"), .function("go")])
        #expect(await Set(vm.members(of: ["class"])) == [.field("own"), .function("inherited")])
        #expect(await vm.members(of: ["tasks"]).contains(.function("spawn")))
        #expect(await vm.members(of: ["theirs"]).contains(.method("upper")))
        #expect(await vm.members(of: ["mine", "alpha"]).isEmpty)
        #expect(await vm.members(of: ["nothing", "here"]).isEmpty)
        try await run("t = tasks.spawn(function() end) box = { t = t }", in: vm)
        #expect(await Set(vm.members(of: ["box", "t"])) == [.field("status"), .method("join"), .method("cancel")])
    }

    @Test("A session lists members and shows values without running metamethods")
    func inspectionRunsNoCode() async throws {
        let vm = try await session()
        try await run(
            "trap = setmetatable({}, { __index = function() looked = true end, __pairs = error, __tostring = error })",
            in: vm)
        #expect(await vm.members(of: ["trap", "x"]).isEmpty)
        _ = try await run("trap", in: vm)
        #expect(try await integer("looked and 1 or 0", in: vm) == 0)
    }
}
