/// Hands rows out to whoever does them, and takes their results. One row is with one worker at a time.
package protocol RowQueue: Sendable {
    /// The next row; waits for one that may begin. Nil once no row will come any more.
    ///
    /// - Throws: `CancellationError`.
    func next() async throws -> QueuedRow?

    /// A row has ended. The queue may hand it out again, if its failure is one that passes.
    ///
    /// - Returns: Whether this is its result; false if it is tried once more.
    func finish(_ row: QueuedRow, _ result: RowResult) async throws -> Bool
}

/// A row that a queue has handed out.
package struct QueuedRow: Sendable, Equatable {
    package let row: BatchRow
    /// 1 for the first time in this attempt of the batch.
    package let tries: Int

    package init(row: BatchRow, tries: Int) {
        self.row = row
        self.tries = tries
    }
}
