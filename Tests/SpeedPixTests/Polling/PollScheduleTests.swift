import Testing

@testable import SpeedPix

@Suite("The polling schedule")
struct PollScheduleTests {
    private func prediction(eta: Duration? = nil, estimate: Duration? = nil) -> Prediction {
        var prediction = Prediction(id: "t-1")
        prediction.progress.eta = eta
        prediction.estimatedDuration = estimate
        return prediction
    }

    private func delay(
        _ prediction: Prediction, elapsed: Duration, remaining: Duration = .seconds(3600), random: Double = 0.5,
        fixed: Duration? = nil
    ) -> Duration {
        PollSchedule(fixed: fixed, random: { random }).delay(after: prediction, elapsed: elapsed, remaining: remaining)
    }

    static let hints: [Duration?] = [nil, .zero, .milliseconds(1), .seconds(2), .seconds(90), .seconds(1_000_000)]

    @Test(arguments: hints, hints)
    func everyDelayIsWithinItsBounds(eta: Duration?, estimate: Duration?) {
        let prediction = prediction(eta: eta, estimate: estimate)
        for elapsed in [Duration.zero, .milliseconds(150), .seconds(3), .seconds(60), .seconds(100_000)] {
            for random in [0, 0.25, 0.999_999] {
                let free = delay(prediction, elapsed: elapsed, random: random)
                #expect(free >= .milliseconds(150))
                #expect(free <= .seconds(5))
                for remaining in [Duration.nanoseconds(1), .milliseconds(100), .seconds(1)] {
                    let capped = delay(prediction, elapsed: elapsed, remaining: remaining, random: random)
                    #expect(capped == min(free, remaining))
                }
            }
        }
    }

    @Test func delaysGrowWithTheWait() {
        let delays = [0, 1, 5, 10, 20, 100].map { delay(prediction(), elapsed: .seconds($0)) }
        #expect(delays == delays.sorted())
        #expect(delays.first == .milliseconds(150))
        #expect(delays.last == .seconds(5))
    }

    @Test func jitterIsATenthEitherWay() {
        let delays = [0, 0.5, 1].map { delay(prediction(), elapsed: .seconds(10), random: $0) / .seconds(1) }
        #expect(zip(delays, [1.8, 2, 2.2]).allSatisfy { abs($0 - $1) < 1e-9 })
    }

    @Test func anETAMovesThePollToJustAfterIt() {
        #expect(delay(prediction(eta: .seconds(1)), elapsed: .seconds(20)) == .milliseconds(1050))
        #expect(delay(prediction(eta: .milliseconds(10)), elapsed: .seconds(20)) == .milliseconds(150))
    }

    @Test func anEstimateKeepsTheFirstPollsAway() {
        #expect(delay(prediction(estimate: .seconds(4)), elapsed: .zero) == .seconds(2))
        #expect(delay(prediction(estimate: .seconds(4)), elapsed: .seconds(4)) == .milliseconds(800))
    }

    @Test func aFixedIntervalIsKeptExactly() {
        #expect(delay(prediction(eta: .seconds(1)), elapsed: .seconds(9), fixed: .seconds(2)) == .seconds(2))
        #expect(delay(prediction(), elapsed: .zero, remaining: .seconds(1), fixed: .seconds(2)) == .seconds(1))
    }

    @Test(arguments: [1, 10, 60, 600])
    func aLongRunCostsFewRequestsAndIsNoticedSoon(run: Int) {
        var elapsed = Duration.zero
        var polls = 0
        while elapsed < .seconds(run) {
            elapsed += delay(prediction(), elapsed: elapsed)
            polls += 1
        }
        #expect(elapsed - .seconds(run) <= max(.seconds(run) * 0.25, .milliseconds(150)))
        #expect(polls <= 20 + run / 5)
    }
}
