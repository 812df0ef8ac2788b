package import NATS

/// The streams that all batches of a NATS account share.
///
/// Whatever decides something is a first message of its subject, created only if there is none: nothing is updated, deleted or purged
/// while its batch exists.
package enum QueueStream: String, Sendable, CaseIterable {
    /// Manifests, scripts, rows, and what was decided about batches. Whoever starts batches writes it, workers only read.
    case batches = "SPEEDPIX_BATCHES"
    /// Rows that wait for a worker, and those that are with one.
    case rows = "SPEEDPIX_ROWS"
    /// The journals of rows.
    case logs = "SPEEDPIX_LOGS"
    case results = "SPEEDPIX_RESULTS"
    /// Budget, rate, and what workers have to say of a batch.
    case leases = "SPEEDPIX_LEASES"

    package var name: String { rawValue }

    package var subjects: [String] {
        switch self {
        case .batches: ["speedpix.batch.>"]
        case .rows: ["speedpix.rows.*"]
        case .logs: ["speedpix.log.*.*.*"]
        case .results: ["speedpix.result.*.*.*"]
        case .leases: ["speedpix.lease.>", "speedpix.worker.>"]
        }
    }

    /// - Parameter replicas: On how many servers of a cluster.
    package func configuration(replicas: Int = 1) -> StreamConfiguration {
        var configuration = StreamConfiguration(name: name, subjects: subjects)
        // Full: nothing old is dropped for what is new.
        configuration.discard = .new
        configuration.replicas = replicas
        if self == .rows {
            configuration.retention = .workQueue
        } else {
            configuration.maxMessagesPerSubject = 1
            configuration.discardsNewPerSubject = true
        }
        return configuration
    }
}
