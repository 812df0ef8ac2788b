/// The rows of a batch in the order of the source, made one by one from the table when they are asked for.
package struct BatchRows: Sendable, RandomAccessCollection {
    private enum Keys: Sendable {
        case column(Int)
        /// For each row, the digest, and which of those with the same digest it is.
        case digests([UInt64], occurrences: [Int])
    }

    private let table: RowTable
    private let mapping: RowMapping
    /// Indices into the table.
    private let rows: [Int]
    private let keys: Keys

    /// - Parameter skipped: Numbers of rows, from 1, that are left out.
    /// - Precondition: In the key's column, if there is one, each row that is not skipped has a value.
    package init(_ table: RowTable, _ mapping: RowMapping, skipping skipped: Set<Int> = []) {
        self.table = table
        self.mapping = mapping
        let rows = (0..<table.count).filter { !skipped.contains($0 + 1) }
        self.rows = rows
        if let key = mapping.key {
            keys = .column(key)
            return
        }
        var digests: [UInt64] = []
        var occurrences: [Int] = []
        var counts: [UInt64: Int] = [:]
        for row in rows {
            let digest = RowDigest.number(
                of: table.cells(of: row).compactMap { cell in
                    mapping.parameters[cell.column].map { ($0, cell.text) }
                })
            let occurrence = (counts[digest] ?? 0) + 1
            counts[digest] = occurrence
            digests.append(digest)
            occurrences.append(occurrence)
        }
        keys = .digests(digests, occurrences: occurrences)
    }

    /// Whether rows are known by digests of their values, and by no column.
    package var hasDigestKeys: Bool {
        if case .digests = keys { true } else { false }
    }

    /// For each column of the table, the parameter that it is for; nil for a column that is left out.
    package var parameters: [String?] { mapping.parameters }

    package var startIndex: Int { 0 }
    package var endIndex: Int { rows.count }

    package subscript(position: Int) -> BatchRow {
        let row = rows[position]
        var values: [String: String] = [:]
        for cell in table.cells(of: row) {
            if let parameter = mapping.parameters[cell.column] { values[parameter] = cell.text }
        }
        return BatchRow(
            number: row + 1, position: table.position(of: row), key: key(position), label: label(row), values: values)
    }

    private func key(_ position: Int) -> RowKey {
        switch keys {
        case .column(let column): RowKey(table.text(rows[position], column) ?? "")
        case .digests(let digests, let occurrences):
            RowKey(RowDigest.text(digests[position]), occurrence: occurrences[position])
        }
    }

    private func label(_ row: Int) -> String {
        let cells = table.cells(of: row)
        let text = mapping.key.flatMap { table.text(row, $0) } ?? cells.min { $0.column < $1.column }?.text
        guard let text else { return table.place(of: row) }
        return text.count > 120 ? text.prefix(119) + "…" : text
    }
}
