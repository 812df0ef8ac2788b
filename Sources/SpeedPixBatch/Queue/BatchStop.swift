/// Why no row of a batch begins any more. Rows that run go on to their end. A value.
package enum BatchStop: Sendable, Equatable {
    /// So many rows in a row have failed with the same code.
    case failures(code: String, count: Int, message: String)
    /// The time of `--until` has come; as the command line has it, such as `06:00`.
    case until(String)
    /// The predictions of `--budget` are used up.
    case budget(Int)
    /// The results cannot be written; why.
    case results(String)
    /// What is paid for cannot be written down; why.
    case journal(String)
    /// Somebody has ended the batch in its queue.
    case cancelled
    /// Ctrl-C, or the end of the process was asked for otherwise.
    case interrupted

    /// A stable word: the code of rows that have not run because of it.
    package var code: String {
        switch self {
        case .failures: "stop_after"
        case .until: "until"
        case .budget: "budget"
        case .results: "results"
        case .journal: "journal_failed"
        case .cancelled: "cancelled"
        case .interrupted: "interrupted"
        }
    }

    /// One sentence without a full stop. What scripts and services have said stands in it as they said it.
    package var sentence: String {
        switch self {
        case .failures(let code, let count, let message):
            "stopped, since \(count) \(count == 1 ? "row" : "rows in a row") failed with \(code): \(message)"
        case .until(let time): "stopped, since it is \(time): no row begins after that"
        case .budget(let most):
            "stopped, since the budget of \(most) prediction\(most == 1 ? "" : "s") is used up"
        case .results(let reason): "stopped, since the results cannot be written: \(reason)"
        case .journal(let reason): "stopped, since the journal cannot be written: \(reason)"
        case .cancelled: "the batch was cancelled"
        case .interrupted: "interrupted"
        }
    }

    /// Whether the same command goes on later without a change, which a scheduler is told by status 75.
    package var isTemporary: Bool {
        switch self {
        case .until, .budget: true
        case .failures, .results, .journal, .cancelled, .interrupted: false
        }
    }

    /// What becomes of a row that has not begun because of it.
    package var result: RowResult {
        RowResult(.notRun, failure: RowResult.Failure(code: code, message: sentence, isRetryable: true))
    }
}
