import SpeedPix
import Tables

extension RowTable {
    /// Reads JSON Lines: in each line an object, whose members are the cells. Null is none; an empty string is one.
    ///
    /// - Throws: ``RowSourceError``; `CancellationError`.
    init(jsonLines text: DecodedText, name: String) throws {
        self.init(name: name, format: .jsonLines(text.encoding))
        var columnOfName: [String: Int] = [:]
        for (index, line) in text.lines.enumerated() {
            guard let first = line.first(where: { $0 != 0x20 && $0 != 0x09 }) else { continue }
            if count == 0 { try Self.checkFirstLine(line, first, of: name) }
            guard line.count <= Self.rowLimit else {
                throw RowSourceError(
                    "\(name):\(index + 1): the line is too long, with \(RowCount.text(line.count)) bytes",
                    hint: "a row has at most 16 MiB")
            }
            try beginRow(line: index + 1)
            try append(line, line: index + 1, &columnOfName)
        }
    }

    /// - Throws: ``RowSourceError`` for JSON that is one document rather than a line for each row.
    private static func checkFirstLine(_ line: ArraySlice<UInt8>, _ first: UInt8, of name: String) throws {
        let isWhole = line.filter { $0 != 0x20 && $0 != 0x09 }.count > 1
        if first == UInt8(ascii: "[") {
            throw RowSourceError(
                "\(name) is one JSON list, not JSON Lines",
                hint: "write each row as an object in a line of its own: jq -c '.[]' rows.json > rows.jsonl")
        }
        if first == UInt8(ascii: "{"), !isWhole {
            throw RowSourceError(
                "\(name) has JSON objects that go over several lines",
                hint: "write each row as an object in a line of its own: jq -c . rows.json > rows.jsonl")
        }
    }

    private mutating func append(
        _ line: ArraySlice<UInt8>, line number: Int, _ columnOfName: inout [String: Int]
    ) throws {
        let members: [String: JSONValue]
        do {
            guard let object = try JSONValue(parsing: line).objectValue else {
                return find(.malformed, "it is no JSON object", hint: "a row looks like {\"image\": \"shoe.jpg\"}")
            }
            members = object
        } catch DecodingError.dataCorrupted(let context) {
            return find(.malformed, context.debugDescription)
        }
        let names = JSONMemberNames.read(line)
        if names.count > members.count {
            var known: Set<String> = []
            let twice = names.first { !known.insert($0).inserted }
            return find(.malformed, column: twice, "the name is there twice", hint: "drop one")
        }
        for name in names {
            guard let value = members[name], value != .null else { continue }
            switch Self.text(of: value) {
            case .success(let text):
                try append(text, isJSON: value.stringValue == nil, named: name, line: number, &columnOfName)
            case .failure(let problem): return find(.wrongValue, column: name, problem.message, hint: problem.hint)
            }
        }
    }

    private mutating func append(
        _ text: String, isJSON: Bool, named name: String, line: Int, _ columnOfName: inout [String: Int]
    ) throws {
        func place() -> String { "\(self.name):\(line), column \(name)" }
        guard text.utf8.count <= Self.cellLimit else {
            throw RowSourceError(
                "\(place()): the text is too long, with \(RowCount.text(text.utf8.count)) bytes",
                hint: "a value has at most 1 MiB")
        }
        let column: Int
        if let known = columnOfName[name] {
            column = known
        } else {
            guard columns.count < Self.columnLimit else {
                throw RowSourceError(
                    "\(place()): this is one column more than \(RowCount.text(Self.columnLimit))",
                    hint: "are the names values? a row looks like {\"image\": \"shoe.jpg\", \"text\": \"Shoe\"}")
            }
            column = columns.count
            columns.append(Column(name: name, line: line))
            columnOfName[name] = column
        }
        append(text, in: column, isJSON: isJSON)
    }

    /// The columns of Excel's widest sheet.
    private static let columnLimit = 16_384

    private struct UnusableValue: Error {
        let message: String
        let hint: String?
    }

    /// A value as `key=value` would have it.
    private static func text(of value: JSONValue) -> Result<String, UnusableValue> {
        switch value {
        case .string(let text):
            text.utf8.contains(0)
                ? .failure(UnusableValue(message: "it has a zero byte", hint: nil)) : .success(text)
        case .bool(let flag): .success(String(flag))
        case .integer(let number): .success(String(number))
        case .unsigned(let number): .success(String(number))
        // pandas writes 4.0 for the 4 of a column in which a cell is empty; beyond 2^53 not every digit would be meant.
        case .double(let number) where number.magnitude < 0x1p53 && number == number.rounded():
            .success(String(Int64(number)))
        case .double(let number): .success(number.description)
        case .array: .failure(UnusableValue(message: "it is a list", hint: scalarHint))
        case .object: .failure(UnusableValue(message: "it is an object", hint: scalarHint))
        case .null: .failure(UnusableValue(message: "it is null", hint: nil))
        }
    }

    private static let scalarHint = "a parameter takes text, a number, true or false"
}
