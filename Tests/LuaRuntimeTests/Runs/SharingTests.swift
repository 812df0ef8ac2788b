import LuaRuntime
import SpeedPixTestSupport
import Testing

/// A few kilobytes of tables that hold one another are 2^60 values as a copy.
@Suite("Shared and large values that leave the VM")
struct SharingTests {
    private static let shared = "local t = { 1 } for i = 1, 60 do t = { t, t } end "

    private static let ways = [
        "t.echo(shared)", "t.later(shared)", "json.encode(shared)",
        "json.encode(shared, { sort_keys = true, indent = 1 })",
        "t.echo({ a = { shared } })", "t.echo({ [{}] = shared })", "t.options(shared)",
    ]

    private func vm(_ change: (inout LuaLimits) -> Void = { _ in }) throws -> LuaVM {
        var limits = LuaLimits()
        limits.transferValues = 100_000
        change(&limits)
        return try LuaVM(limits: limits, modules: LuaFixture.modules() + [JSONModule.module()])
    }

    private func run(_ source: String, on vm: LuaVM) async throws -> [LuaValue] {
        try await vm.run(LuaChunk(Self.shared + "local shared = t t = host_t " + source, name: "shared.lua"))
    }

    /// `t` is the module of the tests, too.
    private func prepared(_ vm: LuaVM) async throws -> LuaVM {
        try await vm.execute(LuaChunk("host_t = t", name: "prelude.lua"))
        return vm
    }

    @Test("A table that expands to too many values is a too_large error that the script can catch", arguments: ways)
    func tooManyValues(way: String) async throws {
        let result = try await run("local ok, e = pcall(function() \(way) end) return ok, e.code", on: prepared(vm()))
        #expect(result == [.boolean(false), "too_large"], "\(way)")
    }

    @Test("A run whose result or error expands to too many values fails as too_large")
    func tooLargeResultOrError() async throws {
        for end in [
            "return shared", "error(shared)", "s.spawn(error, shared)", "s.map({ 1 }, function() error(shared) end)",
        ] {
            let error = await #expect(throws: LuaError.self) { _ = try await run(end, on: prepared(vm())) }
            #expect(error?.code == "too_large", "\(end): \(String(describing: error))")
        }
    }

    @Test("Strings that exceed the memory limit as a copy are a too_large error")
    func tooManyBytes() async throws {
        let vm = try vm {
            $0.memory = 16 << 20
            $0.transferValues = .max
        }
        for way in ["t.echo(list)", "json.encode(list)", "t.later(list)"] {
            let result = try await vm.run(
                LuaChunk(
                    "local s = ('x'):rep(1 << 20) local list = {} for i = 1, 100 do list[i] = s end"
                        + " local ok, e = pcall(function() \(way) end) return ok, e.code", name: "x"))
            #expect(result == [.boolean(false), "too_large"], "\(way)")
        }
    }

    @Test("A value that a host function holds counts as used memory until its work ends")
    func held() async throws {
        let gate = Gate()
        var limits = LuaLimits()
        limits.memory = 32 << 20
        let hold = LuaFunctionDefinition.waiting("hold") { arguments in
            let value = try arguments.value(1)
            return { _ in
                await gate.wait("hold")
                return .boolean(value == .nil)
            }
        }
        let vm = try LuaVM(
            limits: limits, modules: LuaFixture.modules(gate: gate) + [LuaModule(name: "work", functions: [hold])])
        let run = Task {
            try await vm.run(
                LuaChunk(
                    """
                    local large = ('x'):rep(10 << 20)
                    local task = s.spawn(work.hold, { large })
                    t.wait('begun')
                    local during = pcall(string.rep, 'y', 10 << 20)
                    t.wait('over')
                    task:join()
                    return during, (pcall(string.rep, 'y', 10 << 20))
                    """, name: "x"))
        }
        _ = await gate.arrived(2)
        gate.open("begun")
        _ = await gate.arrived(3)
        gate.open("hold")
        gate.open("over")
        #expect(try await run.value == [.boolean(false), .boolean(true)])
    }

    @Test("A timeout stops a run while a large value is copied")
    func stop() async throws {
        let vm = try vm { $0.transferValues = .max }
        let clock = ManualClock()
        for way in ["t.echo(shared)", "json.encode(shared)"] {
            let run = Task {
                try await vm.run(
                    LuaChunk(
                        Self.shared + "local shared = t t = host_t while true do pcall(function() \(way) end) end",
                        name: "x"),
                    timeout: .seconds(1), clock: clock)
            }
            await clock.waitForSleepers(1)
            clock.advance(by: .seconds(1))
            let error = await #expect(throws: LuaError.self) { _ = try await run.value }
            #expect(error?.code == "timeout")
        }
    }
}
