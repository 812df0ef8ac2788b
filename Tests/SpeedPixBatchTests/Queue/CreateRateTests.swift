import SpeedPixBatch
import SpeedPixTestSupport
import Testing

@Suite("CreateRate", .timeLimit(.minutes(1)))
struct CreateRateTests {
    @Test(
        "CreateRate takes a number a second, a minute or an hour",
        arguments: [
            ("60/min", Duration.seconds(1)), ("2/s", .milliseconds(500)), ("1000/h", .milliseconds(3600)),
            ("0.5/s", .seconds(2)), ("30/m", .seconds(2)), ("1/hour", .seconds(3600)),
        ])
    func intervals(text: String, interval: Duration) throws {
        let rate = try #require(CreateRate(text))
        #expect(rate.interval == interval && rate.text == text)
    }

    @Test(
        "CreateRate refuses what is no rate",
        arguments: [
            "", "60", "60/", "/min", "60/day", "0/s", "-1/s", "nan/s", "inf/s", "1/s/s", "0.00001/h", "1e9/s",
            "60 /min",
        ])
    func noRates(text: String) {
        #expect(CreateRate(text) == nil)
    }

    private func line(_ text: String) throws -> CreateLine { CreateLine(try #require(CreateRate(text))) }

    @Test("Creates are evenly spaced; one that goes late does not delay the next")
    func spacing() throws {
        var line = try line("1/s")
        _ = line.join()
        #expect(line.go(at: .seconds(10)) == nil)
        _ = line.join()
        #expect(line.go(at: .seconds(10)) == .seconds(1))
        #expect(line.go(at: .milliseconds(11_300)) == nil)
        _ = line.join()
        #expect(line.go(at: .milliseconds(11_500)) == .milliseconds(500))
        #expect(line.go(at: .seconds(12)) == nil)
    }

    @Test("Nothing is made up of what an idle time has left out")
    func noBurst() throws {
        var line = try line("1/s")
        var times: [Duration] = []
        var time: Duration = .zero
        for number in 0..<20 {
            if number == 10 { time += .seconds(100) }
            _ = line.join()
            while let pause = line.go(at: time) { time += pause }
            times.append(time)
        }
        #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 >= .seconds(1) })
    }

    @Test("Those who give up take no create from the others", arguments: 0..<50)
    func leaving(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var line = try line("1/s")
        var waiting: [Int] = []
        var gone: [Duration] = []
        var time: Duration = .zero
        for _ in 0..<300 {
            #expect(line.head == waiting.first)
            if random.chance(50) {
                let (ticket, isFirst) = line.join()
                #expect(isFirst == waiting.isEmpty)
                waiting.append(ticket)
            } else if !waiting.isEmpty, random.chance(50) {
                line.leave(waiting.remove(at: random.below(waiting.count)))
            } else if !waiting.isEmpty {
                while let pause = line.go(at: time) { time += pause }
                waiting.removeFirst()
                gone.append(time)
            }
        }
        // One goes each second for as long as one waits: whoever goes has waited for nothing else.
        #expect(gone == gone.indices.map { .seconds($0) })
    }

    @Test("The limiter lets creates pass in the order in which they came, one a second")
    func limiterOrder() async throws {
        let clock = ManualClock()
        let limiter = CreateRateLimiter(try #require(CreateRate("1/s")), clock: clock)
        try await limiter.wait()
        let passed = CountedState<[String]>([]) { $0.count }
        func create(_ name: String) -> Task<Void, any Error> {
            Task {
                try await limiter.wait()
                passed.withLock { $0.append(name) }
            }
        }
        let first = create("first")
        await clock.waitForSleepers(1)
        let second = create("second")
        clock.advance(by: .seconds(1))
        try await first.value
        await clock.waitForSleepers(1)
        clock.advance(by: .milliseconds(900))
        #expect(passed.withLock { $0 } == ["first"] && clock.sleeperCount == 1)
        clock.advance(by: .milliseconds(100))
        try await second.value
        #expect(passed.withLock { $0 } == ["first", "second"])
    }

    @Test("A create that is cancelled while it is the first lets the next one take its time")
    func cancelledFirst() async throws {
        let clock = ManualClock()
        let limiter = CreateRateLimiter(try #require(CreateRate("1/s")), clock: clock)
        try await limiter.wait()
        let first = Task { try await limiter.wait() }
        await clock.waitForSleepers(1)
        let others = (0..<3).map { _ in Task { try await limiter.wait() } }
        first.cancel()
        await #expect(throws: CancellationError.self) { try await first.value }
        for _ in others {
            await clock.waitForSleepers(1)
            clock.advance(by: .seconds(1))
        }
        for other in others { try await other.value }
        #expect(clock.now.offset == .seconds(3))
    }

    @Test("A create that is cancelled in the line leaves it")
    func cancelledInLine() async throws {
        let clock = ManualClock()
        let limiter = CreateRateLimiter(try #require(CreateRate("1/s")), clock: clock)
        try await limiter.wait()
        let tasks = (0..<20).map { _ in Task { try await limiter.wait() } }
        await clock.waitForSleepers(1)
        for task in tasks { task.cancel() }
        for task in tasks { await #expect(throws: CancellationError.self) { try await task.value } }
        let last = Task { try await limiter.wait() }
        await clock.waitForSleepers(1)
        clock.advance(by: .seconds(1))
        try await last.value
    }
}
