import SpeedPix
import SpeedPixTesting
import Testing

@Suite("Clocks for tests")
struct ClockTests {
    @Test("A manual clock wakes who is due, and nobody else")
    func advance() async throws {
        let clock = ManualClock()
        let early = Task { try await clock.sleep(for: .seconds(1)) }
        let late = Task { try await clock.sleep(for: .seconds(3)) }
        await clock.waitForSleepers(2)
        clock.advance(by: .seconds(2))
        try await early.value
        #expect(clock.sleeperCount == 1 && clock.pauseCount == 1)
        #expect(clock.now.offset == .seconds(2))
        clock.advance(by: .seconds(1))
        try await late.value
    }

    @Test("A sleep on a manual clock ends when its task is cancelled")
    func cancelledSleep() async throws {
        let clock = ManualClock()
        let task = Task { try await clock.sleep(for: .seconds(1)) }
        await clock.waitForSleepers(1)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(clock.sleeperCount == 0)
    }

    @Test("A sleep with a tolerance is not a pause")
    func pauses() async throws {
        let clock = ManualClock()
        let deadline = Task { try await clock.sleep(for: .seconds(1), tolerance: .zero) }
        await clock.waitForSleepers(1)
        #expect(clock.pauseCount == 0)
        let pause = Task { try await clock.sleep(for: .seconds(1)) }
        await clock.waitForPauses(1)
        #expect(clock.sleeperCount == 2)
        clock.advance(by: .seconds(1))
        try await deadline.value
        try await pause.value
    }

    @Test("A wait for sleepers that do not come ends when its task is cancelled")
    func cancelledWait() async {
        let clock = ManualClock()
        let task = Task { await clock.waitForSleepers(1) }
        task.cancel()
        await task.value
    }

    @Test("An immediate clock moves its time by what was slept, and no deadline passes")
    func immediate() async throws {
        let clock = ImmediateClock(upTo: .seconds(10))
        try await clock.sleep(for: .seconds(10))
        #expect(clock.now == ManualClock.Instant(offset: .seconds(10)))
        for (length, tolerance) in [(Duration.seconds(11), nil), (.seconds(1), Duration.zero)] {
            let task = Task { try await clock.sleep(for: length, tolerance: tolerance) }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
        #expect(clock.now.offset == .seconds(10))
    }

    @Test("A manual date stands still until it is moved")
    func date() {
        let date = ManualDate()
        #expect(date.now.timeIntervalSince1970 == 1_700_000_000)
        date.advance(by: .seconds(90))
        #expect(date.now.timeIntervalSince1970 == 1_700_000_090)
    }

    @Test("A wait polls as the test moves the time")
    func polls() async throws {
        let clock = ManualClock()
        let (client, stub) = SpeedPixClient.stubbed(clock: clock)
        stub.on("poster", .progress(0.5), .succeed(output: ["text": "done"]))
        async let done = client.run("poster", input: [:])
        for polls in 1...2 {
            await clock.waitForPauses(1)
            #expect(stub.callCount(of: .progress) == polls - 1)
            clock.advance(by: .seconds(2))
            await stub.waitForCalls(of: .progress, count: polls)
        }
        #expect(try await done.output == ["text": "done"])
    }
}
