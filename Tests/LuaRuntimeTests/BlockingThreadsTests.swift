import Dispatch
import SpeedPixTestSupport
import Synchronization
import Testing

@testable import LuaRuntime

/// Work that goes on until it is let go, whatever anybody asks it.
private final class StuckWork: Sendable {
    private let release = DispatchSemaphore(value: 0)
    private let started = AsyncStream<Void>.makeStream()
    private let ended = AsyncStream<Void>.makeStream()

    func body() {
        started.continuation.yield()
        release.wait()
        ended.continuation.yield()
    }

    func hasStarted() async { for await _ in started.stream { return } }
    func hasEnded() async { for await _ in ended.stream { return } }
    func letGo() { release.signal() }
}

@Suite("Threads for work that blocks", .timeLimit(.minutes(1)))
struct BlockingThreadsTests {
    private func threads(_ limit: Int = 1) -> BlockingThreads {
        BlockingThreads(limit: limit, clock: ImmediateClock())
    }

    @Test("A thread returns results and errors of its work, one after the other")
    func results() async throws {
        struct Failure: Error {}
        let threads = threads()
        let tasks = (1...100).map { i in Task { try await threads.run { i } } }
        var sum = 0
        for task in tasks { sum += try await task.value }
        #expect(sum == 5050)
        await #expect(throws: Failure.self) { try await threads.run { throw Failure() } }
        #expect(threads.abandoned == 0)
    }

    @Test("A thread does each of 5,000 waiting pieces of work once")
    func manyWaiters() async throws {
        let threads = threads()
        let runs = ProbeCount()
        let tasks = (0..<5000).map { i in
            Task {
                try await threads.run {
                    runs.change(by: 1)
                    return i
                }
            }
        }
        var sum = 0
        for task in tasks { sum += try await task.value }
        #expect(sum == 12_497_500)
        #expect(runs.alive == 5000)
    }

    @Test("Work that does not end after a cancel is given up, and another thread replaces its own")
    func stuck() async throws {
        let threads = threads()
        let work = StuckWork()
        let wasAsked = Mutex(false)
        let task = Task {
            try await threads.run(onCancel: { wasAsked.withLock { $0 = true } }, { work.body() })
        }
        await work.hasStarted()
        let next = Task { try await threads.run { 7 } }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(wasAsked.withLock { $0 })
        #expect(threads.abandoned == 1)
        #expect(try await next.value == 7)
        work.letGo()
        await work.hasEnded()
    }

    @Test("Work that is cancelled before its turn never starts")
    func waiting() async throws {
        let threads = threads()
        let work = StuckWork()
        let first = Task { try await threads.run { work.body() } }
        await work.hasStarted()
        let hasRun = Mutex(false)
        let second = Task { try await threads.run { hasRun.withLock { $0 = true } } }
        second.cancel()
        await #expect(throws: CancellationError.self) { try await second.value }
        work.letGo()
        try await first.value
        try await threads.run {}
        #expect(!hasRun.withLock { $0 })
    }

    @Test("Threads refuse work as busy after 32 of them were given up")
    func exhausted() async throws {
        let threads = threads(BlockingThreads.mostAbandoned)
        let all = (0..<BlockingThreads.mostAbandoned).map { _ in StuckWork() }
        let tasks = all.map { work in Task { try await threads.run { work.body() } } }
        for work in all { await work.hasStarted() }
        for task in tasks { task.cancel() }
        for task in tasks { _ = await task.result }
        #expect(threads.abandoned == BlockingThreads.mostAbandoned)
        let error = await #expect(throws: BlockingThreads.Exhausted.self) { try await threads.run {} }
        #expect(error?.luaFields["code"] == "busy")
        for work in all { work.letGo() }
        for work in all { await work.hasEnded() }
    }
}
