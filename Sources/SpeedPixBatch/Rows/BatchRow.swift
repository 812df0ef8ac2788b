/// One row of a batch: the values that its script is called with. A value.
package struct BatchRow: Sendable, Equatable {
    /// From 1, in the order of the source. Says where a row is now; it is never known again by it.
    package let number: Int
    /// Where it stands.
    package let position: RowPosition
    /// By what it is known again in later attempts.
    package var key: RowKey
    /// What people call it: the value of the key column, else that of the first column with a value.
    package var label: String
    /// The script's parameters by their names, as `key=value` has them. What the row says nothing about is missing.
    package var values: [String: String]

    package init(number: Int, position: RowPosition, key: RowKey, label: String, values: [String: String]) {
        self.number = number
        self.position = position
        self.key = key
        self.label = label
        self.values = values
    }
}
