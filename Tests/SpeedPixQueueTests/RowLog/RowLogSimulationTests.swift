import SpeedPixTestSupport
import Testing

@Suite("A row's log, with everything that can go wrong")
struct RowLogSimulationTests {
    /// `SPEEDPIX_FUZZ_SECONDS` and `SPEEDPIX_FUZZ_SEED` let it go on for longer, and begin elsewhere.
    @Test("No create is sent twice, no prediction gets lost, and each generation has one result")
    func simulation() async throws {
        var counts: [String: Int] = [:]
        try await FuzzLoop.run("row log", count: 150) { seed in
            let simulation = RowLogSimulation(seed: seed)
            #expect(simulation.run() == [], "seed \(seed)")
            counts.merge(simulation.counts, uniquingKeysWith: +)
        }
        // It is no proof unless it comes to these places.
        let events = [
            "killed", "in doubt", "withdrawn", "settled", "settled early", "worker_lost", "created", "recovered",
        ]
        for event in events {
            #expect(counts[event, default: 0] > 0, "\(event) never happens")
        }
    }

    @Test("The same seed gives the same course of things")
    func isDeterministic() {
        let histories = (0..<2).map { _ in
            let simulation = RowLogSimulation(seed: 7, keepsHistory: true)
            _ = simulation.run()
            return simulation.world.history
        }
        #expect(histories[0] == histories[1])
        #expect(histories[0].count > 10)
    }
}
