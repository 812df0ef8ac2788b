/// One of the times that a worker of a queue has had a row, as the worker's own journal names it.
package struct RowTake: Sendable, Equatable {
    /// By what the row is known.
    package let row: String
    /// Without `@`.
    package let take: String

    package init(row: String, take: String) {
        self.row = row
        self.take = take
    }

    /// - Returns: Nil for the key of a row that no worker has taken.
    package init?(text: String) {
        guard let separator = text.lastIndex(of: "@") else { return nil }
        row = String(text[..<separator])
        take = String(text[text.index(after: separator)...])
    }

    package var text: String { "\(row)@\(take)" }
}
