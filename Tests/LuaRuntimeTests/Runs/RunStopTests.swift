import LuaRuntime
import SpeedPixTestSupport
import Testing

/// A stop is one run's: the others on the same VM go on.
@Suite("Stops of runs on a shared VM")
struct RunStopTests {
    private let gate = Gate()
    private let vm: LuaVM

    init() throws {
        vm = try LuaFixture.vm(gate: gate)
    }

    private func run(
        _ source: String, timeout: Duration? = nil, clock: any Clock<Duration> = ContinuousClock()
    ) async throws -> [LuaValue] {
        try await vm.run(LuaChunk(source, name: "run.lua"), timeout: timeout, clock: clock)
    }

    @Test("The timeout of a waiting run does not stop another waiting run")
    func waiting() async throws {
        let clock = ManualClock()
        async let other = run("t.wait('other') return 1")
        let short = Task { try await run("t.wait('never')", timeout: .seconds(1), clock: clock) }
        _ = await gate.arrived(2)
        await clock.waitForSleepers(1)
        clock.advance(by: .seconds(1))
        let error = await #expect(throws: LuaError.self) { _ = try await short.value }
        #expect(error?.code == "timeout")
        gate.open("other")
        #expect(try await other == [.integer(1)])
    }

    @Test(
        "The timeout of a waiting run takes effect while another run computes, which goes on",
        arguments: [
            "while not stop do end", "while not stop do pcall(error) end",
            "while not stop do coroutine.wrap(function() for i = 1, 1e4 do end end)() end",
            "local x <close> = setmetatable({}, { __close = function() while not stop do end end })",
        ])
    func computing(loop: String) async throws {
        let clock = ManualClock()
        _ = try await run("stop = false")
        let short = Task {
            try await run(
                "local x <close> = setmetatable({}, { __close = function() stop = true end }) t.wait('never')",
                timeout: .seconds(1), clock: clock)
        }
        _ = await gate.arrived(1)
        async let busy = run("t.wait('begin') \(loop) return 1")
        _ = await gate.arrived(2)
        gate.open("begin")
        await clock.waitForSleepers(1)
        clock.advance(by: .seconds(1))
        let error = await #expect(throws: LuaError.self) { _ = try await short.value }
        #expect(error?.code == "timeout")
        #expect(try await busy == [.integer(1)])
    }

    @Test("The timeout of a computing run does not stop another computing run")
    func computingRuns() async throws {
        let clock = ManualClock()
        let short = Task { try await run("while true do t.later(1) end", timeout: .seconds(1), clock: clock) }
        async let long = run("for i = 1, 2000 do t.later(i) end return 1")
        await clock.waitForSleepers(1)
        clock.advance(by: .seconds(1))
        let error = await #expect(throws: LuaError.self) { _ = try await short.value }
        #expect(error?.code == "timeout")
        #expect(try await long == [.integer(1)])
    }

    @Test("A cancelled run causes no error in other runs")
    func cancelled() async throws {
        let doomed = Task { try await run("t.wait('never')") }
        _ = await gate.arrived(1)
        async let first = run("t.wait('a') return 1")
        _ = await gate.arrived(2)
        async let second = run("for i = 1, 100 do t.later(i) end return 2")
        doomed.cancel()
        await #expect(throws: CancellationError.self) { try await doomed.value }
        gate.open("a")
        #expect(try await [first, second] == [[.integer(1)], [.integer(2)]])
    }

    @Test("One timeout among 200 runs stops only its own run")
    func load() async throws {
        let clock = ManualClock()
        let short = Task { try await run("t.wait('never')", timeout: .seconds(1), clock: clock) }
        _ = await gate.arrived(1)
        await clock.waitForSleepers(1)
        let succeeded = try await withThrowingTaskGroup { group in
            for number in 0..<200 {
                group.addTask { try await run("for i = 1, 20 do t.later(i) end return 1") == [.integer(1)] }
                if number == 100 { clock.advance(by: .seconds(1)) }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(succeeded == 200)
        await #expect(throws: LuaError.self) { _ = try await short.value }
    }

    @Test("The timeout of a run within a run is an error that the outer run can catch")
    func nested() async throws {
        let clock = ManualClock()
        let inner = LuaFunctionDefinition.waiting("inner") { _ in
            { context in
                let results = try await context.vm.run(
                    LuaChunk("t.wait('never')", name: "inner.lua"), timeout: .seconds(1), clock: clock)
                return results.first ?? .nil
            }
        }
        let vm = try LuaVM(
            modules: LuaFixture.modules(gate: gate) + [LuaModule(name: "nest", functions: [inner])])
        async let outer = vm.run(
            LuaChunk("local ok, e = pcall(nest.inner) t.later(1) return ok, e.code", name: "outer.lua"))
        _ = await gate.arrived(1)
        await clock.waitForSleepers(1)
        clock.advance(by: .seconds(1))
        #expect(try await outer == [.boolean(false), "timeout"])
    }

    // MARK: Calls

    private func function(_ source: String) async throws -> LuaFunction {
        guard case .function(let function) = try await run("return \(source)").first else {
            throw LuaArgumentError("no function")
        }
        return function
    }

    private static let loops = [
        "function() while true do end end", "function() while true do pcall(t.later, 1) end end",
        "function() t.wait('never') end", "function() s.spawn(function() while true do end end) t.wait('never') end",
        "function() table.sort({ 3, 2, 1 }, function() while true do end end) end",
    ]

    @Test("A call of a Lua function ends when its Swift task is cancelled, and the VM stays usable", arguments: loops)
    func callCancelled(source: String) async throws {
        let function = try await function(source)
        let begun = try await self.function("function() t.wait('begun') end")
        let witness = Task { try await vm.call(begun, []) }
        _ = await gate.arrived(1)
        let call = Task { try await vm.call(function, []) }
        if source.hasPrefix("function() t.wait") { _ = await gate.arrived(2) }
        call.cancel()
        await #expect(throws: CancellationError.self) { try await call.value }
        gate.open("begun")
        _ = try await witness.value
        #expect(try await run("return 1", timeout: .seconds(60)) == [.integer(1)])
    }

    @Test("The timeout of a call ends the call and no other run", arguments: loops)
    func callTimeout(source: String) async throws {
        let function = try await function(source)
        let clock = ManualClock()
        async let other = run("t.wait('other') return 1")
        _ = await gate.arrived(1)
        let call = Task { try await vm.call(function, [], timeout: .seconds(1), clock: clock) }
        await clock.waitForSleepers(1)
        clock.advance(by: .seconds(1))
        let error = await #expect(throws: LuaError.self) { _ = try await call.value }
        #expect(error?.code == "timeout")
        gate.open("other")
        #expect(try await other == [.integer(1)])
    }

    @Test("A run does not wait for the unfinished work of a stopped run")
    func unfinishedWork() async throws {
        // Work that takes no notice of its cancellation.
        let stubborn = LuaFunctionDefinition.waiting("stubborn") { [gate] _ in
            { _ in
                await Task { await gate.wait("stubborn") }.value
                return .nil
            }
        }
        let vm = try LuaVM(
            modules: LuaFixture.modules(gate: gate) + [LuaModule(name: "work", functions: [stubborn])])
        let doomed = Task { try await vm.run(LuaChunk("work.stubborn()", name: "x")) }
        _ = await gate.arrived(1)
        doomed.cancel()
        // It could wait for the other's work only now.
        #expect(try await vm.run(LuaChunk("return t.later(1)", name: "y")) == [.integer(1)])
        gate.open("stubborn")
        await #expect(throws: CancellationError.self) { try await doomed.value }
    }

    // MARK: C that calls C

    /// Loops in C over what no hook sees; `far` has its elements, all nil, a thousand tables away.
    @Test(
        "A cancel stops C functions that go through endless lists or call C functions endlessly",
        arguments: [
            "table.concat(far('x'))", "table.insert(far(), 1, 'x')", "table.remove(far(), 1)",
            "table.move(far(), 1, 3e7, 2)", "table.move({}, 1, 3e7, 1, far())",
            "while true do table.unpack(far(), 1, 1e5) end", "table.sort(far('x'))", "table.sort(far('x'), rawequal)",
            "load(coroutine.wrap(function() while true do coroutine.yield(' ') end end))",
            "string.gsub(('a'):rep(1e7), '.', string.upper)", "while true do collectgarbage() end",
            "while true do pcall(pcall, pcall, error) end",
        ])
    func loopsInC(loop: String) async throws {
        let started = StartSignal()
        let vm = try LuaVM(modules: LuaFixture.modules(gate: gate) + [started.module])
        let run = Task {
            try await vm.execute(
                LuaChunk(
                    """
                    function far(value)
                      local t = setmetatable({}, value and { __index = tostring })
                      for _ = 1, 1000 do t = setmetatable({}, { __index = t }) end
                      return setmetatable({}, { __index = t, __len = function() return 3e7 // 1 | 0 end })
                    end
                    test.started()
                    \(loop)
                    """, name: "loop.lua"))
        }
        await started.isGiven()
        run.cancel()
        await #expect(throws: CancellationError.self) { try await run.value }
    }
}
