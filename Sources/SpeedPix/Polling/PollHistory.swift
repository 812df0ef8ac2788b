import Synchronization

/// What a client has measured of its polls, workflow by workflow.
final class PollHistory: Sendable {
    /// Workflows whose experience is kept. A client that uses more starts afresh with some.
    private static let capacity = 256

    private let records = Mutex<[String: PollRecord]>([:])

    subscript(workflowID: String?) -> PollRecord {
        records.withLock { $0[workflowID ?? ""] } ?? PollRecord()
    }

    func record(
        _ workflowID: String?, _ samples: [PollRecord.Sample], noticedLate lag: Double, shortForecastWasMet: Bool?
    ) {
        records.withLock { records in
            let key = workflowID ?? ""
            if records[key] == nil, records.count >= Self.capacity, let other = records.keys.first {
                records[other] = nil
            }
            records[key, default: PollRecord()].record(
                samples, noticedLate: lag, shortForecastWasMet: shortForecastWasMet)
        }
    }
}
