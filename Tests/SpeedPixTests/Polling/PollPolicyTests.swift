@_spi(Polling) import SpeedPix
import Testing

@Suite("The polling policy")
struct PollPolicyTests {
    @Test(
        "The polling policy is about as good as one poll a second, and better with true hints",
        arguments: PollSimulation.families.map(\.name), [42, 7] as [UInt64])
    func noWorseThanAFixedSecond(family name: String, seed: UInt64) throws {
        let family = try #require(PollSimulation.families.first { $0.name == name })
        let (policy, fixed) = PollSimulation(seed: seed).run(family)
        let isTruthful = family.hasTruthfulHints
        #expect(policy.lag <= fixed.lag * (isTruthful ? 0.6 : 1.1))
        #expect(policy.requests <= fixed.requests * (isTruthful ? 0.5 : 1.1))
    }

    @Test("The polling policy notices predictions of half a second with true ETAs within 0.06 s and two polls")
    func shortPredictions() {
        let family = PollSimulation.Family(name: "half a second") { chance in
            let d = chance.around(0.5, spread: 0.02)
            return .init(duration: d) { time, chance in
                .init(time: time, isRunning: true, eta: max(d - time, 0.001))
            }
        }
        let (policy, fixed) = PollSimulation().run(family)
        #expect(policy.lag < 0.06 && fixed.lag > 0.4, "\(policy.lag)")
        #expect(policy.requests < 2.1, "\(policy.requests)")
    }

    @Test("The polling policy stops trusting short ETAs after three wrong ones, for fifty predictions")
    func missedShortForecasts() {
        var record = PollRecord()
        func second() -> Double {
            var policy = PollPolicy(estimate: nil)
            return policy.delay(after: .init(time: 0.3, isRunning: true, eta: 0.25), record)
        }
        for _ in 0..<3 {
            #expect(abs(second() - 0.27) < 1e-9)
            record.record([], noticedLate: 0.5, shortForecastWasMet: false)
        }
        for _ in 0..<50 {
            #expect(second() == 1)
            record.record([], noticedLate: 0.5)
        }
        #expect(second() < 0.3)
    }

    @Test("The simulation of polling gives the same result for the same seed")
    func sameSeed() {
        let family = PollSimulation.families[0]
        let (first, second) = (PollSimulation(count: 50).run(family), PollSimulation(count: 50).run(family))
        #expect(first.policy.lag == second.policy.lag)
        #expect(first.policy.requests == second.policy.requests)
    }

    @Test("The polling policy polls first after 0.3 s without a proven hint")
    func firstPoll() {
        for estimate in [nil, 0, 60, 1e9] as [Double?] {
            var policy = PollPolicy(estimate: estimate)
            #expect(policy.firstDelay(PollRecord()) == 0.3)
        }
    }

    @Test("The polling policy polls every second without hints")
    func pollingWithoutHints() {
        var policy = PollPolicy(estimate: nil)
        for second in 1...20 {
            #expect(policy.delay(after: .init(time: Double(second), isRunning: true), PollRecord()) == 1)
        }
    }

    @Test("The polling policy follows an unproven hint for as long as the wait has lasted")
    func untestedHint() {
        var policy = PollPolicy(estimate: nil)
        #expect(policy.delay(after: .init(time: 4, isRunning: true, eta: 1000), PollRecord()) == 4)
    }

    @Test("The polling policy sleeps until a proven hint says that the prediction ends")
    func provenHint() {
        var record = PollRecord()
        for _ in 0..<40 { record.record([.init(hint: .eta, ratio: 1)], noticedLate: 0.1) }
        var policy = PollPolicy(estimate: nil)
        let delay = policy.delay(after: .init(time: 1, isRunning: true, eta: 10), record)
        #expect(delay > 9 && delay < 10.5)
    }

    @Test("The polling policy ignores a hint that does not change")
    func unchangingHint() {
        var policy = PollPolicy(estimate: nil)
        _ = policy.delay(after: .init(time: 1, isRunning: true, eta: 30), PollRecord())
        #expect(policy.delay(after: .init(time: 8, isRunning: true, eta: 30), PollRecord()) == 1)
    }

    @Test("The polling policy waits for the whole estimate of a queued prediction")
    func queuedWaitsForTheEstimate() {
        var record = PollRecord()
        for _ in 0..<40 {
            record.record([.init(hint: .estimate, ratio: 1), .init(hint: .queue, ratio: 1)], noticedLate: 0.1)
        }
        var policy = PollPolicy(estimate: 12)
        _ = policy.firstDelay(record)
        #expect(policy.delay(after: .init(time: 5, isRunning: false, queueLength: 0), record) >= 10)
    }

    /// Whatever a service says, the next poll is neither at once nor in a quarter of an hour.
    @Test("The polling policy keeps each delay within 0.2 to 15 s, whatever the service says")
    func everyDelayIsWithinItsBounds() {
        let numbers = [-1e300, -1, 0, 1e-300, 0.001, 1, 59, 1e6, 1e300, .infinity]
        for eta in numbers {
            for fraction in numbers {
                for estimate in numbers {
                    var policy = PollPolicy(estimate: estimate)
                    let first = policy.firstDelay(PollRecord())
                    #expect(first >= 0.2 && first <= 15)
                    var time = first
                    for queueLength in [nil, -5, Int.max, 3, 0] {
                        let seen = PollPolicy.Observation(
                            time: time, isRunning: queueLength == nil || time > 3, fraction: fraction, eta: eta,
                            queueLength: queueLength)
                        let delay = policy.delay(after: seen, PollRecord())
                        #expect(delay >= 0.2 && delay <= 15, "eta \(eta) fraction \(fraction) estimate \(estimate)")
                        time += delay
                    }
                    var record = PollRecord()
                    record.record(policy.samples(end: time), noticedLate: time)
                    #expect(record.confidence >= 0 && record.confidence <= 1)
                }
            }
        }
    }
}
