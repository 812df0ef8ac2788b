/// A table whose first row names its columns.
package struct DelimitedTable: Sendable {
    /// The names, as UTF-8, each of them once.
    package let columns: [[UInt8]]
    /// The rows, each with a field for every column.
    package let rows: [DelimitedRow]

    /// Reads the rest of a table.
    ///
    /// Columns without a name that have nothing in them are left out: Excel and Numbers write `sku,photo,,` where cells beside
    /// the table once had something in them.
    ///
    /// - Throws: ``DelimitedSyntaxError`` for what is not a table, a name that is there twice, and a row that is longer than
    ///   the first.
    package init(_ reader: inout DelimitedReader) throws(DelimitedSyntaxError) {
        guard let header = try reader.next() else {
            columns = []
            self.rows = []
            return
        }
        var rows: [DelimitedRow] = []
        let unnamed = header.fields.indices.filter { header.fields[$0].isEmpty }
        var isUsed = [Bool](repeating: false, count: header.fields.count)
        while var row = try reader.next() {
            try Self.fit(&row, number: rows.count + 1, to: header.fields.count)
            for column in unnamed where !row.fields[column].isEmpty { isUsed[column] = true }
            rows.append(row)
        }
        let kept = header.fields.indices.filter { isUsed[$0] || !header.fields[$0].isEmpty }
        columns = kept.map { header.fields[$0] }
        try Self.checkNames(columns, numbers: kept.map { $0 + 1 }, line: header.line)
        if kept.count < header.fields.count {
            for index in rows.indices { rows[index].fields = kept.map { rows[index].fields[$0] } }
        }
        self.rows = rows
    }

    /// Rows that end early have nothing in what is left.
    private static func fit(_ row: inout DelimitedRow, number: Int, to width: Int) throws(DelimitedSyntaxError) {
        let count = row.fields.count
        if count > width {
            guard row.fields[width...].allSatisfy(\.isEmpty) else {
                throw DelimitedSyntaxError(
                    line: row.line, message: "row \(number) has \(count) fields and the header \(width)",
                    hint: "a field with a delimiter in it needs double quotes around it")
            }
            row.fields.removeSubrange(width...)
        } else if count < width {
            row.fields += [[UInt8]](repeating: [], count: width - count)
        }
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
