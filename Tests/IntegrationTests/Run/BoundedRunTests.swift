import Foundation
import LuaRuntime
import SpeedPixCommands
import Synchronization
import Testing

@testable import SpeedPixCommands

@Suite("The forced end of a run", .timeLimit(.minutes(1)))
struct BoundedRunTests {
    /// Timers that pass when the test says so, and the statuses that the process was to end with.
    private final class Timers: Sendable {
        private let waiting = Mutex<[(Duration, @Sendable () -> Void)]>([])
        private let exits = Mutex<[Int32]>([])

        var statuses: [Int32] { exits.withLock { $0 } }

        func makeEnd() -> ProcessEnd {
            ProcessEnd(
                exit: { status in self.exits.withLock { $0.append(status) } },
                schedule: { duration, body in
                    self.waiting.withLock { $0.append((duration, body)) }
                    return {}
                })
        }

        /// Lets everything pass that is due within a time.
        func pass(_ limit: Duration) {
            let due = waiting.withLock { waiting in
                defer { waiting.removeAll { $0.0 <= limit } }
                return waiting.filter { $0.0 <= limit }
            }
            for (_, body) in due { body() }
        }
    }

    /// A VM whose function `stuck` blocks its thread until the test ends, whatever anybody asks.
    private final class StuckVM: Sendable {
        let release = DispatchSemaphore(value: 0)
        let reached = AsyncStream<Void>.makeStream()

        func make() throws -> LuaVM {
            try LuaVM(modules: [
                LuaModule(
                    name: "host",
                    functions: [
                        .immediate("stuck") { _ in
                            self.reached.continuation.yield()
                            self.release.wait()
                            return .nil
                        }
                    ])
            ])
        }

        func isStuck() async { for await _ in reached.stream { return } }
    }

    private func context(_ timers: Timers) -> CommandContext {
        var context = CommandContext(
            environment: [:], workingDirectory: "/", homeDirectory: "/", writeOutput: { _ in }, writeError: { _ in },
            readInput: { [] })
        context.end = timers.makeEnd()
        return context
    }

    @Test("A run that ignores its time limit is given up after the grace and ends the process")
    func timeLimit() async throws {
        let (timers, stuck) = (Timers(), StuckVM())
        defer { stuck.release.signal() }
        let context = context(timers)
        let run = BoundedRun(vm: try stuck.make(), timeout: .seconds(3600), context: context)
        let task = Task { try await run.execute(LuaChunk("host.stuck()", name: "s.lua")) }
        await stuck.isStuck()
        timers.pass(.seconds(3600))
        #expect(context.end.hasBegun)
        timers.pass(.seconds(3600) + BoundedRun.grace)
        let error = await #expect(throws: LuaError.self) { try await task.value }
        #expect(error?.code == "timeout")
        #expect(context.end.isForced && timers.statuses.isEmpty)
        timers.pass(BoundedRun.reportingTime)
        #expect(timers.statuses == [ExitStatus.failure.rawValue])
    }

    @Test("A run that ignores a signal is given up after the grace with the signal's status")
    func signal() async throws {
        let (timers, stuck) = (Timers(), StuckVM())
        defer { stuck.release.signal() }
        var context = context(timers)
        context.signal = { SIGTERM }
        let run = BoundedRun(vm: try stuck.make(), timeout: nil, context: context)
        let task = Task { try await run.execute(LuaChunk("host.stuck()", name: "s.lua")) }
        await stuck.isStuck()
        context.end.begin()
        task.cancel()
        timers.pass(BoundedRun.grace)
        await #expect(throws: CancellationError.self) { try await task.value }
        timers.pass(BoundedRun.reportingTime)
        #expect(timers.statuses == [128 + SIGTERM])
    }

    @Test("A run that ends by itself forces nothing")
    func ordinary() async throws {
        let timers = Timers()
        let context = context(timers)
        let run = BoundedRun(vm: try LuaVM(), timeout: .seconds(60), context: context)
        try await run.execute(LuaChunk("return 1", name: "s.lua"))
        let error = await #expect(throws: LuaError.self) {
            try await run.execute(LuaChunk("error('mine')", name: "s.lua"))
        }
        #expect(error?.message.contains("mine") == true)
        #expect(!context.end.isForced && !context.end.hasBegun)
    }
}
