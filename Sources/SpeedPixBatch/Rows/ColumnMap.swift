/// Which parameter a column is for, as `--map column=param` says. A value.
package struct ColumnMap: Sendable, Equatable {
    package let column: String
    /// Nil: the column is left out.
    package let parameter: String?

    package init(column: String, parameter: String?) {
        self.column = column
        self.parameter = parameter
    }

    /// - Parameter text: `column=param`, or `column=` for one that is left out. The last `=` counts: columns have any name.
    /// - Returns: Nil for a text without column or `=`.
    package init?(_ text: String) {
        guard let equals = text.lastIndex(of: "="), equals > text.startIndex else { return nil }
        column = String(text[..<equals])
        let name = text[text.index(after: equals)...]
        parameter = name.isEmpty ? nil : String(name)
    }
}
