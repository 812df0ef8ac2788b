/// A table whose first row names its columns.
package struct DelimitedTable: Sendable {
    /// The names, as UTF-8, each of them once.
    package let columns: [[UInt8]]
    /// The rows, each with a field for every column.
    package let rows: [DelimitedRow]

    /// Reads the rest of a table, as ``DelimitedTableReader`` does; rows that end early have nothing in what is left.
    ///
    /// - Throws: ``DelimitedSyntaxError`` for what is not a table, a name that is there twice, and a row that is longer than
    ///   the first.
    package init(_ reader: DelimitedReader) throws(DelimitedSyntaxError) {
        var table = try DelimitedTableReader(reader)
        guard let header = table.header else {
            columns = []
            self.rows = []
            return
        }
        var rows: [DelimitedRow] = []
        while let next = try table.next() {
            guard next.width <= header.fields.count else {
                throw DelimitedSyntaxError(
                    line: next.row.line,
                    message: "row \(rows.count + 1) has \(next.width) fields and the header \(header.fields.count)",
                    hint: "a field with a delimiter in it needs double quotes around it")
            }
            rows.append(next.row)
        }
        let kept = table.columns
        columns = kept.map { header.fields[$0] }
        try Self.checkNames(columns, numbers: kept.map { $0 + 1 }, line: header.line)
        if kept.count < header.fields.count {
            for index in rows.indices { rows[index].fields = kept.map { rows[index].fields[$0] } }
        }
        self.rows = rows
    }

    private static func checkNames(
        _ names: [[UInt8]], numbers: [Int], line: Int
    ) throws(DelimitedSyntaxError) {
        var places: [[UInt8]: Int] = [:]
        for (name, number) in zip(names, numbers) {
            guard let before = places.updateValue(number, forKey: name) else { continue }
            throw DelimitedSyntaxError(
                line: line,
                message: name.isEmpty
                    ? "the columns \(before) and \(number) have no name"
                    : "the column '\(String(decoding: name, as: UTF8.self))' is there twice",
                hint: name.isEmpty
                    ? "name them in the first line, or read with { header = false }"
                    : "rename one, or read with { header = false }")
        }
    }
}
