/// What a file of results is written in.
package enum ResultsFormat: String, Sendable, CaseIterable {
    /// A table as spreadsheets write it: UTF-8 with a byte order mark, commas, CR LF.
    ///
    /// Values stand in it as they are, as with `csv.write`: also a text that a spreadsheet takes for a formula, since it begins
    /// with `=`, `+`, `-` or `@`. With an apostrophe before it, it would be another value for every other program, and for the
    /// batch that has the table as its rows.
    case csv
    /// One JSON object a line.
    case jsonLines = "jsonl"

    /// - Parameter path: By the extension of its name, in capitals or not.
    /// - Returns: Nil for another extension, and for none.
    package init?(path: String) {
        let name = path.lowercased()
        if name.hasSuffix(".csv") {
            self = .csv
        } else if name.hasSuffix(".jsonl") || name.hasSuffix(".ndjson") {
            self = .jsonLines
        } else {
            return nil
        }
    }
}
