import BenchmarkKit

/// What the polling policy costs and gains against a poll every second, in virtual time.
let pollingBenchmark = Benchmark("sdk/polling", "polls and lag against a fixed second, 4,000 predictions of each kind")
{
    PollSimulation.families.flatMap { family -> [Figure] in
        let (policy, fixed) = PollSimulation().run(family)
        return [
            Figure(
                "\(family.name): lag", policy.lag * 1e9, .nanoseconds, reference: fixed.lag * 1e9,
                target: .ratioAtMost(family.hasTruthfulHints ? 0.6 : 1.1)),
            Figure(
                "\(family.name): requests", policy.requests, .count, reference: fixed.requests,
                target: .ratioAtMost(family.hasTruthfulHints ? 0.5 : 1.1)),
        ]
    }
}
