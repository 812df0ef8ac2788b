import SpeedPixBatch
import SpeedPixTestSupport
import Synchronization
import Testing

@Suite("LocalRowQueue", .timeLimit(.minutes(1)))
struct LocalRowQueueTests {
    private func rules(_ change: (inout RowSchedule.Rules) -> Void) -> RowSchedule.Rules {
        var rules = RowSchedule.Rules()
        change(&rules)
        return rules
    }

    private func queue(
        _ count: Int, _ clock: any Clock<Duration>, _ change: (inout RowSchedule.Rules) -> Void = { _ in }
    ) -> LocalRowQueue {
        LocalRowQueue((0..<count).map { .numbered($0 * 10 + 1) }, rules: rules(change), clock: clock)
    }

    @Test("Every row of a queue ends once, with any number of workers", arguments: [1, 2, 8, 40], 0..<10)
    func everyRowEndsOnce(workers: Int, seed: UInt64) async throws {
        // Retries are waited for on this clock, and it goes to their times at once.
        let queue = queue(60, ImmediateClock()) {
            $0.retries = 3
            $0.stopAfter = 0
            $0.longestDelay = .seconds(10)
        }
        let ends = CountedState<[Int: Int]>([:]) { $0.count }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<workers {
                group.addTask {
                    var random = SeededGenerator(seed: seed &* 1000 &+ UInt64(worker))
                    while let row = try await queue.next() {
                        for _ in 0..<random.below(5) { await Task.yield() }
                        let result = random.chance(50) ? RowResult(.succeeded) : .failed("network", retryable: true)
                        let isFinal = try await queue.finish(row, result)
                        #expect(isFinal == (result.state == .succeeded || row.tries == 4))
                        if isFinal { ends.withLock { $0[row.row.number, default: 0] += 1 } }
                    }
                }
            }
            try await group.waitForAll()
        }
        let numbers = Set((0..<60).map { $0 * 10 + 1 })
        #expect(ends.withLock { Set($0.keys) == numbers && $0.values.allSatisfy { $0 == 1 } })
        try queue.forEachUnfinished { row, _ in Issue.record("row \(row.row.number) has no end") }
    }

    @Test("A queue hands a failed row out again once its time has come, and not before")
    func retryIsWaitedFor() async throws {
        let clock = ManualClock()
        let queue = queue(1, clock) { $0.retries = 1 }
        let first = try #require(try await queue.next())
        let isFinal = try await queue.finish(first, .failed("network", retryable: true))
        #expect(!isFinal)
        async let second = queue.next()
        await clock.waitForSleepers(1)
        clock.advance(by: .seconds(4))
        #expect(clock.sleeperCount == 1)
        clock.advance(by: .seconds(1))
        let row = try #require(try await second)
        #expect(row.tries == 2 && row.row == first.row)
        let isLast = try await queue.finish(row, .failed("network", retryable: true))
        #expect(isLast)
        let third = try await queue.next()
        #expect(third == nil)
    }

    @Test("Workers without a row wait for the last one that runs, and end with it")
    func waitersEnd() async throws {
        let queue = queue(1, ManualClock())
        let row = try #require(try await queue.next())
        try await withThrowingTaskGroup(of: QueuedRow?.self) { group in
            for _ in 0..<5 { group.addTask { try await queue.next() } }
            let isFinal = try await queue.finish(row, RowResult(.succeeded))
            #expect(isFinal)
            for try await next in group { #expect(next == nil) }
        }
    }

    @Test("Stopping a queue ends those who wait for a retry; what is left has its last result, or has not run")
    func stopEndsWaiters() async throws {
        let clock = ManualClock()
        let queue = queue(3, clock) { $0.retries = 1 }
        let row = try #require(try await queue.next())
        _ = try await queue.finish(row, .failed("network", retryable: true))
        let running = try #require(try await queue.next())
        _ = try #require(try await queue.next())
        async let next = queue.next()
        await clock.waitForSleepers(1)
        queue.stop(.budget(5))
        let none = try await next
        #expect(none == nil && queue.stopReason == .budget(5))
        let isFinal = try await queue.finish(running, RowResult(.succeeded))
        #expect(isFinal)
        var left: [String] = []
        try queue.forEachUnfinished { left.append("\($0.row.number) \($0.tries) \($1.failure?.code ?? "")") }
        #expect(left == ["1 1 network", "21 1 budget"])
    }

    @Test("Waiters of a queue end at its deadline")
    func deadlineEndsWaiters() async throws {
        let clock = ManualClock()
        let queue = queue(1, clock) {
            $0.retries = 1
            $0.deadline = (.seconds(2), "06:00")
        }
        let row = try #require(try await queue.next())
        _ = try await queue.finish(row, .failed("network", retryable: true))
        async let next = queue.next()
        await clock.waitForSleepers(1)
        clock.advance(by: .seconds(2))
        let none = try await next
        #expect(none == nil && queue.stopReason == .until("06:00"))
    }

    @Test("A cancelled worker takes no row, and one that waits stops waiting")
    func cancellation() async throws {
        let clock = ManualClock()
        let queue = queue(2, clock) { $0.retries = 1 }
        let taken = try #require(try await queue.next())
        let cancelled = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await queue.next()
        }
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        let other = try #require(try await queue.next())
        #expect(other.row.number == 11)
        _ = try await queue.finish(other, .failed("network", retryable: true))
        let waiting = Task { try await queue.next() }
        await clock.waitForSleepers(1)
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        let isFinal = try await queue.finish(taken, RowResult(.succeeded))
        #expect(isFinal)
    }

    @Test("A row that cannot be read is still to be done")
    func unreadableRow() async throws {
        struct Unreadable: Error {}
        let reads = Atomic(0)
        let queue = LocalRowQueue(count: 1, rules: RowSchedule.Rules(), clock: ManualClock()) { _ in
            guard reads.add(1, ordering: .relaxed).newValue > 1 else { throw Unreadable() }
            return .numbered(1)
        }
        await #expect(throws: Unreadable.self) { try await queue.next() }
        let row = try await queue.next()
        #expect(row == QueuedRow(row: .numbered(1), tries: 1))
    }

    @Test("A queue takes one result of a row")
    func secondResult() async throws {
        let queue = queue(1, ManualClock())
        let row = try #require(try await queue.next())
        let first = try await queue.finish(row, RowResult(.succeeded))
        let second = try await queue.finish(row, RowResult(.succeeded))
        #expect(first && !second)
    }
}
