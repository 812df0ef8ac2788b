/// Reads a table whose first row names its columns, row by row.
///
/// Columns without a name that have nothing in them are none: Excel and Numbers write `sku,photo,,` where cells beside the table
/// once had something in them. Which those are is known at the end.
package struct DelimitedTableReader {
    /// One row below the header.
    package struct Row {
        /// As many fields as the header has: those that are missing are empty, and those that are too many are left out.
        package var row: DelimitedRow
        /// How many fields the text has for the row; those behind the last column do not count if all of them are empty.
        package let width: Int
    }

    /// The first row; nil for a text that has none.
    package let header: DelimitedRow?
    private var reader: DelimitedReader
    private let unnamed: [Int]
    private var isUsed: [Bool]

    /// Reads the first row.
    ///
    /// - Throws: ``DelimitedSyntaxError`` for what is not a table.
    package init(_ reader: DelimitedReader) throws(DelimitedSyntaxError) {
        self.reader = reader
        header = try self.reader.next()
        let fields = header?.fields ?? []
        unnamed = fields.indices.filter { fields[$0].isEmpty }
        isUsed = fields.map { !$0.isEmpty }
    }

    /// - Returns: Nil at the end.
    /// - Throws: ``DelimitedSyntaxError`` for what is not a table.
    package mutating func next() throws(DelimitedSyntaxError) -> Row? {
        guard let header, var row = try reader.next() else { return nil }
        let columns = header.fields.count
        var width = row.fields.count
        if width > columns {
            if row.fields[columns...].allSatisfy(\.isEmpty) { width = columns }
            row.fields.removeSubrange(columns...)
        } else if width < columns {
            row.fields += [[UInt8]](repeating: [], count: columns - width)
        }
        for column in unnamed where !row.fields[column].isEmpty { isUsed[column] = true }
        return Row(row: row, width: width)
    }

    /// Which fields of the rows read so far are columns: those with a name, or with something in them.
    package var columns: [Int] { isUsed.indices.filter { isUsed[$0] } }
}
