import SpeedPixBatch

/// What is said of a batch's rows in one line.
enum BatchText {
    /// `A-014: prediction_failed: the picture is too small`.
    static func failed(_ label: String, _ failure: RowResult.Failure?, _ state: RowResult.State) -> String {
        let reason = failure?.text ?? state.rawValue
        return "\(label): \(reason)".printable()
    }

    /// The line for an event, for logs, pipes and terminals that can do no better; nil for one of which nothing is said.
    ///
    /// - Parameter time: Since the batch began.
    static func line(_ event: RowEvent, at time: Duration) -> String? {
        let text: String
        switch event {
        case .started, .skipped, .left, .reopened, .running, .created, .reused, .unsaved, .previewed: return nil
        case .retried(let row, let result):
            text = "trying again \(failed(row.row.label, result.failure, result.state))"
        case .ended(let row, let result):
            let took = result.duration.map { " in \(DurationText.short($0))" } ?? ""
            switch result.state {
            case .succeeded: text = "done \(row.row.label)\(took)"
            case .failed: text = "failed\(took): \(failed(row.row.label, result.failure, result.state))"
            case .inDoubt: text = "in doubt: \(failed(row.row.label, result.failure, result.state))"
            // Rows that never began are as many as there are left; the summary counts them.
            case .notRun where row.tries == 0: return nil
            case .notRun: text = "stopped: \(failed(row.row.label, result.failure, result.state))"
            }
        }
        return "\(DurationText.clock(time)) \(text)".printable()
    }

    /// What is said once a minute.
    static func heartbeat(_ state: BatchState, stop: BatchStop?, at time: Duration) -> String {
        let facts = BatchFrame.facts(state, stop: stop, at: time).map(\.text).joined(separator: ", ")
        return "\(DurationText.clock(time)) at work: \(facts)"
    }
}
