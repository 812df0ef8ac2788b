import SpeedPix
import Spelling
import Tables

extension RowTable {
    /// Reads a table whose first row names its columns. A cell with nothing in it is none.
    ///
    /// - Parameter separator: Nil: recognised.
    /// - Throws: ``RowSourceError``; `CancellationError`.
    init(delimited text: DecodedText, name: String, separator: Delimiter?) throws {
        let reader = DelimitedReader(text.utf8, delimiter: separator)
        do {
            var table = try DelimitedTableReader(reader)
            guard let header = table.header else {
                throw RowSourceError("\(name) is empty", hint: "the first line names the columns, the others are rows")
            }
            let columns = try Self.columns(header, of: name)
            self.init(
                name: name, format: .delimited(text.encoding, reader.delimiter),
                columns: columns.map { Column(name: $0.name, line: header.line) })
            // By field, the column; nil for a field without a name.
            var columnOfField = [Int?](repeating: nil, count: header.fields.count)
            for (column, (field, _)) in columns.enumerated() { columnOfField[field] = column }
            while let next = try table.next() { try append(next, columnOfField) }
        } catch let error as DelimitedSyntaxError {
            throw RowSourceError("\(name):\(error.line): \(error.message)", hint: error.hint)
        }
    }

    /// The fields of the first row that have a name, with it.
    private static func columns(
        _ header: DelimitedRow, of source: String
    ) throws(RowSourceError) -> [(field: Int, name: String)] {
        var fieldOfName: [String: Int] = [:]
        var columns: [(field: Int, name: String)] = []
        for (field, bytes) in header.fields.enumerated() where !bytes.isEmpty {
            let place = "\(source):\(header.line): column \(field + 1)"
            guard bytes.count <= 1024 else {
                throw RowSourceError(
                    "\(place) has a name of \(bytes.count) bytes",
                    hint: "the first line names the columns; is it missing, or the separator another (--separator)?")
            }
            guard !bytes.contains(0) else {
                throw RowSourceError("\(place) has a zero byte in its name", hint: Self.zeroHint)
            }
            let name = String(decoding: bytes, as: UTF8.self)
            if let before = fieldOfName.updateValue(field, forKey: name) {
                throw RowSourceError(
                    "\(source):\(header.line): the columns \(before + 1) and \(field + 1) are both called '\(name)'",
                    hint: "rename one of them")
            }
            columns.append((field, name))
        }
        guard !columns.isEmpty else {
            throw RowSourceError(
                "\(source):\(header.line): no column has a name", hint: "the first line names the columns")
        }
        return columns
    }

    static let zeroHint = "is the file in another encoding? --encoding names it, as in --encoding utf-16"

    private mutating func append(_ next: DelimitedTableReader.Row, _ columnOfField: [Int?]) throws {
        let row = next.row
        try beginRow(line: row.line)
        // Spreadsheets leave nothing out, and write `a,b,,` where there were columns once: only those with a name count.
        let needed = (columnOfField.lastIndex { $0 != nil } ?? 0) + 1
        var size = 0
        for (field, bytes) in row.fields.enumerated() where !bytes.isEmpty {
            let column = columnOfField[field]
            func place() -> String {
                "\(name):\(row.line), column \(column.map { columns[$0].name } ?? String(field + 1))"
            }
            guard let column else {
                throw RowSourceError(
                    "\(place()): it has a value, and no name", hint: "name the column in the first line")
            }
            size += bytes.count
            guard bytes.count <= Self.cellLimit else {
                throw RowSourceError(
                    "\(place()): the field is too long, with \(RowCount.text(bytes.count)) bytes",
                    hint: "a field has at most 1 MiB; perhaps a double quote has no end")
            }
            guard size <= Self.rowLimit else {
                throw RowSourceError("\(place()): the row is too long", hint: "a row has at most 16 MiB")
            }
            guard !bytes.contains(0) else {
                return find(.wrongValue, column: columns[column].name, "it has a zero byte", hint: Self.zeroHint)
            }
            append(String(decoding: bytes, as: UTF8.self), in: column)
        }
        // After what is too long: a quote without its end swallows rows, and what is left of its own has another width.
        if next.width > row.fields.count {
            find(
                .width, "it has \(next.width) fields, and there are \(row.fields.count) columns",
                hint: "a field with a separator in it needs double quotes around it")
        } else if next.width < needed {
            find(
                .width, "it has \(next.width) \(next.width == 1 ? "field" : "fields"), and there are \(needed) columns",
                hint: "an empty field needs its separator, too")
        }
    }
}
