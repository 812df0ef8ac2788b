@_spi(Polling) import SpeedPix

// The benchmarks, which are a package of their own, have this file and the generator by links.
#if canImport(SpeedPixTestSupport)
import SpeedPixTestSupport
#endif

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// A service on virtual time: what a policy costs and gains with it is arithmetic, the same on every machine.
struct PollSimulation {
    /// What a way of polling came to.
    struct Score {
        /// Seconds between the end of a prediction and the poll that found it, on average.
        var lag = 0.0
        /// Polls for one prediction, on average.
        var requests = 0.0
    }

    /// Predictions of one kind, and what the service tells of them.
    struct Family {
        var name: String
        var hasTruthfulHints = false
        var makeRun: @Sendable (inout Chance) -> Run
    }

    /// One prediction. All times are seconds since the create.
    struct Run {
        var queued = 0.0
        var duration: Double
        var estimate: Double?
        /// What the service answers at a time before the end.
        var answer: (_ time: Double, inout Chance) -> PollPolicy.Observation

        var end: Double { queued + duration }
    }

    /// Predictions of each family, one after the other, by one client.
    var count = 4000
    var seed: UInt64 = 42

    /// What the policy came to, and a poll every second with the same predictions.
    func run(_ family: Family) -> (policy: Score, fixed: Score) {
        var chance = Chance(seed: seed)
        var record = PollRecord()
        var policy = Score()
        var fixed = Score()
        for _ in 0..<count {
            let run = family.makeRun(&chance)
            let polls = run.end.rounded(.up)
            fixed.requests += polls
            fixed.lag += polls - run.end
            follow(run, record: &record, chance: &chance, score: &policy)
        }
        let n = Double(count)
        return (
            Score(lag: policy.lag / n, requests: policy.requests / n),
            Score(lag: fixed.lag / n, requests: fixed.requests / n)
        )
    }

    private func follow(_ run: Run, record: inout PollRecord, chance: inout Chance, score: inout Score) {
        var policy = PollPolicy(estimate: run.estimate)
        var previous = 0.0
        var time = PollPolicy.jittered(policy.firstDelay(record), random: chance.uniform())
        while time < run.end {
            score.requests += 1
            let delay = policy.delay(after: run.answer(time, &chance), record)
            previous = time
            time += PollPolicy.jittered(delay, random: chance.uniform())
        }
        score.requests += 1
        score.lag += time - run.end
        // The service tells when it ended to the second.
        let told = max(0, time - run.end + chance.uniform() - 0.5)
        let end = max(previous, time - told)
        record.record(
            policy.samples(end: end), noticedLate: time - end, shortForecastWasMet: policy.shortForecastWasMet)
    }
}

/// Seeded randomness.
struct Chance {
    private var generator: SeededGenerator

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    /// 0 ..< 1
    mutating func uniform() -> Double {
        Double(generator.next() >> 11) / Double(1 << 53)
    }

    /// Log-normal: a factor of `e^spread` around the median holds two thirds.
    mutating func around(_ median: Double, spread: Double) -> Double {
        let normal = (-2 * log(max(uniform(), 1e-12))).squareRoot() * cos(2 * .pi * uniform())
        return median * exp(spread * normal)
    }
}

extension PollSimulation {
    /// The kinds of predictions that a client meets, some with hints that are no good.
    static let families: [Family] = [
        Family(name: "short image", hasTruthfulHints: true) { chance in
            let d = min(max(chance.around(6, spread: 0.35), 2), 25)
            return Run(duration: d, estimate: chance.around(d, spread: 0.1)) { time, chance in
                .init(time: time, isRunning: true, fraction: time / d, eta: chance.around(d - time, spread: 0.05))
            }
        },
        Family(name: "long video with queue", hasTruthfulHints: true) { chance in
            let d = min(max(chance.around(150, spread: 0.3), 60), 600)
            let ahead = (chance.uniform() * 6).rounded(.down)
            let queued = ahead * 150 * (0.6 + 0.5 * chance.uniform())
            return Run(queued: queued, duration: d, estimate: chance.around(d, spread: 0.15)) { time, chance in
                guard time >= queued else {
                    let rest = max(Int(((queued - time) / 150).rounded(.up)), 1)
                    return .init(time: time, isRunning: false, queueLength: rest)
                }
                let ran = time - queued
                return .init(time: time, isRunning: true, fraction: ran / d, eta: chance.around(d - ran, spread: 0.05))
            }
        },
        Family(name: "noisy ETA") { chance in
            let d = min(max(chance.around(20, spread: 0.5), 3), 200)
            return Run(duration: d) { time, chance in
                .init(time: time, isRunning: true, eta: chance.around(d - time, spread: 0.5))
            }
        },
        Family(name: "coarse progress") { chance in
            let d = min(max(chance.around(20, spread: 0.5), 3), 200)
            let steps = 4 + (chance.uniform() * 6).rounded(.down)
            return Run(duration: d) { time, _ in
                .init(time: time, isRunning: true, fraction: (time / d * steps).rounded(.down) / steps)
            }
        },
        Family(name: "estimate only") { chance in
            let d = min(max(chance.around(12, spread: 0.5), 2), 120)
            return Run(duration: d, estimate: chance.around(d, spread: 0.15)) { time, _ in
                .init(time: time, isRunning: true)
            }
        },
        Family(name: "no hints") { chance in
            let d = duration(&chance)
            return Run(duration: d) { time, _ in .init(time: time, isRunning: true) }
        },
        Family(name: "lying: always half a second more") { chance in
            let d = duration(&chance)
            return Run(duration: d, estimate: 0.5) { time, _ in
                .init(time: time, isRunning: true, fraction: 0.99, eta: 0.5)
            }
        },
        Family(name: "lying: always one second more") { chance in
            let d = duration(&chance)
            return Run(duration: d, estimate: 1) { time, _ in
                .init(time: time, isRunning: true, fraction: 0.99, eta: 1)
            }
        },
        Family(name: "lying: ten times too long") { chance in
            let d = duration(&chance)
            return Run(duration: d, estimate: d * 10) { time, _ in
                .init(time: time, isRunning: true, fraction: time / d / 10, eta: d * 10 - time)
            }
        },
        Family(name: "lying: ten times too short") { chance in
            let d = duration(&chance)
            return Run(duration: d, estimate: d / 10) { time, _ in
                .init(time: time, isRunning: true, fraction: min(time / d * 10, 1), eta: max(d / 10 - time, 0))
            }
        },
        Family(name: "lying: another way each time") { chance in
            let d = duration(&chance)
            let promised = chance.around(d, spread: 1.5)
            return Run(duration: d, estimate: promised) { time, _ in
                .init(
                    time: time, isRunning: true, fraction: min(time / promised, 1), eta: max(promised - time, 0))
            }
        },
        Family(name: "lying: at random") { chance in
            let d = duration(&chance)
            return Run(duration: d, estimate: chance.around(d, spread: 1.5)) { time, chance in
                .init(
                    time: time, isRunning: true, fraction: chance.uniform(), eta: chance.around(20, spread: 1.5))
            }
        },
    ]

    private static func duration(_ chance: inout Chance) -> Double {
        min(max(chance.around(12, spread: 0.6), 2), 200)
    }
}
