package import SpeedPix

/// Where the console finds batches: in a queue that the gateway itself does not use.
///
/// All throw ``ConsoleSourceProblem`` within a bounded time, and `CancellationError`.
package protocol BatchesSource: Sendable {
    /// All batches, the newest first, as objects with `name`, `script`, `rows`, `done`, `running`, `state` and `began`.
    func batches() async throws -> [JSONValue]

    /// A batch as ``batches()`` has it, with its `total` of rows that are meant, and some of them under `items`, each with
    /// `number`, `key`, `label`, `state`, `error` and `worker`.
    ///
    /// - Parameter window: Which rows are wanted.
    func batch(_ name: String, _ window: BatchWindow) async throws -> JSONValue
}

/// Which rows of a batch are wanted: a batch may have a million.
package struct BatchWindow: Sendable, Equatable {
    /// The most that are told at once.
    package static let most = 500

    /// How many come before the first one.
    package var offset: Int
    package var limit: Int
    /// Only rows in this state; nil for all.
    package var state: String?

    package init(offset: Int = 0, limit: Int = BatchWindow.most, state: String? = nil) {
        self.offset = offset
        self.limit = limit
        self.state = state
    }
}
