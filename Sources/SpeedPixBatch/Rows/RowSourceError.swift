/// Why nothing can be made of a source of rows, or of how its columns are used. What is wrong with single rows is a ``RowFinding``.
package struct RowSourceError: Error, Equatable {
    /// One sentence that begins with the source, and with the line and column if it has one.
    package let message: String
    /// What to do about it.
    package let hint: String?

    package init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }
}
