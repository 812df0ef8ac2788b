import LuaRuntime
import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixLua

/// Random programs against a hostile service: none may crash, hang, or leave a VM that does not go on.
///
/// What is found comes back with the seed that is printed. See ``FuzzLoop``.
@Suite("Random programs", .timeLimit(.minutes(30)))
struct RandomProgramTests {
    /// Seeds that found something once: a path of 100,000 bytes that took minutes to take apart (310).
    private static let found: [UInt64] = [310]

    @Test("A random program ends, and its VM stays usable")
    func programs() async throws {
        for seed in Self.found { try await run(seed) }
        try await FuzzLoop.run("random programs", count: 60, run)
    }

    /// Four programs at once, which exchange values.
    private func run(_ seed: UInt64) async throws {
        let pool = ValuePool(seed: seed)
        try await withThrowingTaskGroup { group in
            for part in 0..<4 as Range<UInt64> {
                group.addTask { try await Self.run(seed &* 4 &+ part, pool) }
            }
            try await group.waitForAll()
        }
    }

    /// On the real clock, which ends what is silent, and soon.
    private static func client(_ transport: ScriptedTransport) throws -> SpeedPixClient {
        var configuration = try SpeedPixClient.Configuration(
            appKey: "key", appSecret: "the-secret", endpoint: "http://service.test", timeout: .milliseconds(30))
        configuration.retries.attempts = 2
        configuration.retries.base = .milliseconds(1)
        return SpeedPixClient(configuration, dependencies: ClientDependencies(transport: transport))
    }

    private static func run(_ seed: UInt64, _ pool: ValuePool) async throws {
        var random = SeededGenerator(seed: seed)
        var program = RandomProgram(seed: random.next())
        let source = program.source()
        let folder = try ScriptFolder()
        try folder.write("a text", to: "a.txt")
        var host = try folder.host()
        host.client = try client(HostilePeer.transport(seed: random.next()))
        var limits = LuaLimits()
        limits.memory = random.pick([1, 2, 8, 32]) << 20
        limits.patternSteps = 100_000
        limits.taskDepth = random.pick([10, 1000, 10_000])
        limits.transferValues = random.pick([100, 10_000, 1_000_000])
        limits.closing = .milliseconds(20)
        let vm: LuaVM
        do {
            vm = try LuaVM(limits: limits, modules: SpeedPixModule.modules(host) + [pool.module])
        } catch {
            // A VM with a megabyte may have no room for all modules.
            return
        }
        let milliseconds = 1 + random.below(60)
        let run = Task {
            try await vm.run(
                LuaChunk(source, name: "fuzz.lua"), arguments: [pool.any], timeout: .milliseconds(milliseconds))
        }
        let yields = random.chance(50) ? random.below(2000) : nil
        if let yields {
            for _ in 0..<yields { await Task.yield() }
            run.cancel()
        }
        let began = ContinuousClock.now
        let result = await run.result
        let took = ContinuousClock.now - began
        // A timeout of 60 ms, 20 ms for closers, and what is given up after a second.
        if took > .seconds(3) { print("slow: a program of seed \(seed / 4) took \(took):\n\(source)") }
        if case .success(let values) = result { for value in values { _ = pool.swap(value) } }
        if case .function(let function) = pool.any {
            _ = try? await vm.call(function, [pool.any], timeout: .milliseconds(20))
        }
        // Whatever it did, its VM goes on, unless its memory is used up for good.
        do {
            let after = try await vm.run(LuaChunk("return 1 + 1", name: "after"), timeout: .seconds(20))
            #expect(after == [2], "seed \(seed): \(source)")
        } catch let error as LuaError {
            #expect(error.message.contains("memory"), "seed \(seed): \(error)\n\(source)")
        }
    }
}
