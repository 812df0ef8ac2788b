/// By what a row is known again in later attempts, wherever it stands then.
package struct RowKey: Sendable, Hashable {
    /// The value of the column that `--key` names, or the digest of the row's values.
    package let text: String
    /// 1 for the first row with this text, 2 for the next, in the order of the source: rows may be equal.
    package let occurrence: Int

    package init(_ text: String, occurrence: Int = 1) {
        self.text = text
        self.occurrence = occurrence
    }
}

extension RowKey: CustomStringConvertible {
    /// `A-014`, and for the second of two equal rows `3f9a0c11#2`.
    package var description: String { occurrence == 1 ? text : "\(text)#\(occurrence)" }
}
