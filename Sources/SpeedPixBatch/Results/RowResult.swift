package import SpeedPix

/// How a row ended in the newest attempt. A value.
package struct RowResult: Sendable, Equatable {
    /// The words of the results' column `state`.
    package enum State: String, Sendable, CaseIterable {
        case succeeded
        case failed
        /// The row stopped at a create of which it is unknown whether it was made.
        case inDoubt = "in_doubt"
        /// It has not begun, or was stopped from outside: by the budget, the end of the time, Ctrl-C.
        case notRun = "not_run"
    }

    /// Why it did not succeed.
    package struct Failure: Sendable, Equatable {
        /// A stable word, as scripts see it in `e.code`.
        package var code: String
        /// One sentence.
        package var message: String
        /// Whether the same may succeed later, as `e.retryable` says.
        package var isRetryable: Bool

        package init(code: String, message: String, isRetryable: Bool = false) {
            self.code = code
            self.message = message
            self.isRetryable = isRetryable
        }

        /// The code and the message in one line; of a message that has the code in it only that.
        package var text: String {
            message == code || message.contains("\(code): ") ? message : "\(code): \(message)"
        }
    }

    /// The most of ``files`` and of ``warnings`` that are kept.
    package static let mostFiles = 100
    package static let mostWarnings = 20

    package var state: State
    package var failure: Failure?
    /// Ids of the predictions that the row has, those of attempts before among them.
    package var predictions: [String]
    /// How long the newest attempt took; nil if none began.
    package var duration: Duration?
    /// What the script returned, by its names: texts, numbers and booleans; lists and tables as JSON. Sorted by name, since Lua's
    /// tables have no order.
    package var values: [(name: String, value: JSONValue)]
    /// Absolute paths of the files that the newest attempt has saved, or found saved already; each once, the first first.
    package var files: [String] = []
    /// Why a result may be wrong, as workflows say; each once.
    package var warnings: [String] = []

    package init(
        _ state: State, failure: Failure? = nil, predictions: [String] = [], duration: Duration? = nil,
        values: [(name: String, value: JSONValue)] = []
    ) {
        self.state = state
        self.failure = failure
        self.predictions = predictions
        self.duration = duration
        self.values = values
    }

    package static func == (left: RowResult, right: RowResult) -> Bool {
        left.state == right.state && left.failure == right.failure && left.predictions == right.predictions
            && left.duration == right.duration && left.files == right.files && left.warnings == right.warnings
            && left.values.elementsEqual(right.values) { $0.name == $1.name && $0.value == $1.value }
    }
}
