import DequeModule

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension PredictionQueue {
    /// A prediction that waits or runs.
    struct Job: Sendable {
        let id: String
        /// The application key that created it.
        let owner: String?
        let offered: OfferedWorkflow
        let inputs: [String: PreparedInput]
        let seeds: [SeedValue]
        /// In order of creation, across all pools.
        let number: Int
        var created: Date?
        var notes = PredictionNotes()

        var workflow: any Workflow { offered.workflow }
        var pool: PredictionPool { PredictionPool(workflow) }
    }

    /// The predictions of one ``PredictionPool``.
    struct Pool {
        /// By number.
        var waiting = Deque<Job>()
        /// Runs that hold a worker, including cancelled ones that have not ended yet.
        var running = 0
    }
}
