import SpeedPixTestSupport
import Testing

@testable import SpeedPix

@Suite("Waits for a polling turn")
struct PollSchedulerTests {
    @Test("200 waits for a turn use one timer")
    func allWaitsSleepOnOneTimer() async throws {
        let clock = ManualClock()
        let scheduler = PollScheduler(rate: PollRate(fixed: 10_000), clock: clock)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 1...200 {
                group.addTask {
                    try await scheduler.wait(for: scheduler.entry(in: .seconds(index), limit: .seconds(1000)))
                }
            }
            // However many wait, one sleeps.
            while scheduler.waitingCount < 200 { await Task.yield() }
            #expect(clock.sleeperCount <= 1)
            while scheduler.waitingCount > 0 {
                await clock.waitForSleepers(1)
                #expect(clock.sleeperCount == 1)
                clock.advance(by: .seconds(20))
                await Task.yield()
            }
            try await group.waitForAll()
        }
        #expect(clock.sleeperCount == 0)
    }

    @Test("Turns within 20 ms share one timer")
    func nearTurnsShareATimer() async throws {
        let clock = ManualClock()
        let scheduler = PollScheduler(rate: PollRate(fixed: 10_000), clock: clock)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for milliseconds in [100, 110, 119, 121] {
                group.addTask {
                    try await scheduler.wait(
                        for: scheduler.entry(in: .milliseconds(milliseconds), limit: .seconds(1000)))
                }
            }
            while scheduler.waitingCount < 4 { await Task.yield() }
            await clock.waitForSleepers(1)
            clock.advance(by: .milliseconds(99))
            #expect(scheduler.waitingCount == 4)
            clock.advance(by: .milliseconds(1))
            for _ in 0..<3 { try await group.next() }
            #expect(scheduler.waitingCount == 1)
            await clock.waitForSleepers(1)
            clock.advance(by: .milliseconds(21))
            try await group.waitForAll()
        }
    }

    @Test("A cancelled wait for a turn ends at once and leaves no timer")
    func aCancelledWaitEndsAtOnceAndLeavesNoTimer() async throws {
        let clock = ManualClock()
        let scheduler = PollScheduler(rate: PollRate(fixed: 1), clock: clock)
        let task = Task { try await scheduler.wait(for: scheduler.entry(in: .seconds(60), limit: .seconds(600))) }
        await clock.waitForSleepers(1)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(clock.sleeperCount == 0)
        #expect(scheduler.waitingCount == 0)
    }

    @Test("A task that is already cancelled does not wait for a turn")
    func aTaskThatIsCancelledBeforehandDoesNotWait() async throws {
        let scheduler = PollScheduler(rate: PollRate(fixed: 1), clock: ManualClock())
        let (gate, opener) = AsyncStream<Void>.makeStream()
        let task = Task {
            for await _ in gate {}
            try await scheduler.wait(for: scheduler.entry(in: .seconds(60), limit: .seconds(600)))
        }
        task.cancel()
        opener.finish()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
