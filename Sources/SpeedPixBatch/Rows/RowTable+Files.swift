import LocalFiles

extension RowTable {
    /// A row for each file that a pattern has found.
    ///
    /// - Parameters:
    ///   - files: Their paths as bytes, in the order of the rows.
    ///   - pattern: What found them, for messages.
    ///   - column: What the rows call the path.
    package init(files: [[UInt8]], pattern: String, column: String) throws {
        self.init(name: pattern, format: .files, columns: [Column(name: column, line: nil)])
        for path in files {
            try beginRow(line: nil)
            if let text = String(validating: path, as: UTF8.self) {
                append(text, in: 0)
            } else {
                // key=value is text, and one that was repaired would name another file.
                find(.wrongValue, place: FileName.shown(path), "the name is not UTF-8 text", hint: "rename the file")
            }
        }
    }
}
