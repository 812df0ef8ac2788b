package import SpeedPix
package import Tables

/// The rows of a source as they were read, before it is known what a script takes. A value.
///
/// Only cells that say something are kept, all of them in one array: a million rows are no million dictionaries.
package struct RowTable: Sendable {
    package enum Format: Sendable, Equatable {
        case delimited(TextEncoding, Delimiter)
        case jsonLines(TextEncoding)
        /// The files that a pattern found.
        case files
    }

    package struct Column: Sendable, Equatable {
        package let name: String
        /// The first line that has it, from 1; nil for a pattern's.
        package let line: Int?
    }

    package struct Cell: Sendable, Equatable {
        // 32 bits, so that a cell has 24 bytes.
        private let columnIndex: Int32
        /// Whether the source has a number or a truth value, and no text.
        package let isJSON: Bool
        package let text: String

        /// The index of its column.
        package var column: Int { Int(columnIndex) }

        package init(column: Int, text: String, isJSON: Bool = false) {
            columnIndex = Int32(truncatingIfNeeded: column)
            self.isJSON = isJSON
            self.text = text
        }
    }

    /// Bytes of one cell, at most. No prompt comes near; what is longer is a quote without its end, or a picture's content.
    static let cellLimit = 1 << 20
    /// Bytes of one row, at most.
    static let rowLimit = 16 << 20

    /// The source, for messages: `products.csv`.
    package let name: String
    package let format: Format
    /// In the order in which the source has them first.
    package internal(set) var columns: [Column]
    /// Whether the encoding is a guess that may well be wrong.
    package internal(set) var isEncodingDoubtful = false
    /// What was found wrong with rows as they were read; those rows have no cells.
    package internal(set) var findings = RowFindings()

    private var cells: [Cell] = []
    /// For each row, the index of its first cell.
    private var starts: [Int] = []
    /// For each row, the line that it begins in; empty for files.
    private var lines: [Int] = []

    init(name: String, format: Format, columns: [Column] = []) {
        self.name = name
        self.format = format
        self.columns = columns
    }

    /// How many rows there are, those with findings among them.
    package var count: Int { starts.count }

    /// - Parameter row: From 0.
    package func cells(of row: Int) -> ArraySlice<Cell> {
        cells[starts[row]..<(row + 1 < starts.count ? starts[row + 1] : cells.count)]
    }

    /// What a row has in a column; nil for nothing.
    package func text(_ row: Int, _ column: Int) -> String? {
        cells(of: row).first { $0.column == column }?.text
    }

    /// The same as the source has it: of JSON Lines, numbers and truth values are none of them texts.
    package func value(_ row: Int, _ column: Int) -> JSONValue? {
        guard let cell = cells(of: row).first(where: { $0.column == column }) else { return nil }
        return (cell.isJSON ? try? JSONValue(parsing: cell.text.utf8) : nil) ?? .string(cell.text)
    }

    /// - Parameter row: From 0.
    package func position(of row: Int) -> RowPosition {
        format == .files ? .file : .line(lines[row])
    }

    /// Where a row stands, for messages: `products.csv:14`, or the file.
    ///
    /// - Parameter row: From 0.
    package func place(of row: Int) -> String {
        switch position(of: row) {
        case .line(let line): "\(name):\(line)"
        case .file: cells(of: row).first?.text ?? name
        }
    }

    /// What was recognised, in one sentence: `products.csv: 20,000 rows, GB18030, separated by semicolons`.
    package var summary: String {
        let rows = "\(RowCount.text(count)) \(count == 1 ? "row" : "rows")"
        switch format {
        case .delimited(let encoding, let delimiter):
            let form = columns.count == 1 ? "in one column" : "separated by \(delimiter.title)"
            return "\(name): \(rows), \(encoding.title), \(form)"
        case .jsonLines(let encoding): return "\(name): \(rows), JSON Lines, \(encoding.title)"
        case .files: return "\(name): \(RowCount.text(count)) \(count == 1 ? "file" : "files")"
        }
    }

    /// What to look at before anything is paid for; nil for nothing.
    package var warning: String? {
        guard isEncodingDoubtful else { return nil }
        return "\(name) is taken for Chinese (GB18030), and may be in a Latin alphabet: if that is so, say --encoding"
            + " windows-1252; if it is Chinese, --encoding gb18030"
    }

    // MARK: Building

    /// Begins a row; the cells that are added then are its own.
    ///
    /// - Parameter line: Nil for a file.
    mutating func beginRow(line: Int?) throws {
        // Often enough that Ctrl-C is noticed at once, seldom enough to cost nothing.
        if count.isMultiple(of: 4096) { try Task.checkCancellation() }
        starts.append(cells.count)
        if let line { lines.append(line) }
    }

    mutating func append(_ text: String, in column: Int, isJSON: Bool = false) {
        cells.append(Cell(column: column, text: text, isJSON: isJSON))
    }

    /// Notes what is wrong with the row that was begun last, which has no cells then.
    mutating func find(
        _ kind: RowFinding.Kind, column: String? = nil, place: String? = nil, _ message: String, hint: String? = nil
    ) {
        cells.removeSubrange(starts[count - 1]...)
        let place = place ?? self.place(of: count - 1)
        findings.add(kind, row: count) { (place, column, message, hint) }
    }
}

extension Delimiter {
    /// As a sentence has it, behind "separated by".
    var title: String {
        switch self {
        case .comma: "commas"
        case .semicolon: "semicolons"
        case .tab: "tabs"
        default: "'\(String(decoding: bytes, as: UTF8.self))'".printable()
        }
    }
}
