import SpeedPix
import Tables

/// A row of the results as the bytes of its line.
struct ResultsLine {
    let columns: ResultsColumns
    let format: ResultsFormat

    /// What the file begins with.
    var head: [UInt8] {
        switch format {
        case .csv: ByteOrderMark.utf8 + csv(columns.names.map { Array($0.utf8) })
        case .jsonLines: []
        }
    }

    /// The line, with its end.
    func bytes(_ record: ResultRecord) -> [UInt8] {
        switch format {
        case .csv: csv(cells(record))
        case .jsonLines: json(record)
        }
    }

    /// A line of a table that had fewer columns, with empty cells for the others.
    static func padded(_ line: [UInt8], by count: Int) -> [UInt8] {
        guard count > 0 else { return line }
        let end: [UInt8] = [0x0D, 0x0A]
        return line.dropLast(end.count) + [UInt8](repeating: UInt8(ascii: ","), count: count) + end
    }

    // MARK: Values

    /// What the script returned, by the indexes of the columns.
    private func returned(_ result: RowResult) -> [Int: JSONValue] {
        var values: [Int: JSONValue] = [:]
        var rest: [String: JSONValue] = [:]
        for (name, value) in result.values where value != .null {
            if let index = columns.index(of: name) { values[index] = value } else { rest[name] = value }
        }
        if let index = columns.restIndex, !rest.isEmpty { values[index] = .object(rest) }
        return values
    }

    private func standard(_ result: RowResult, seconds: (Duration) -> JSONValue) -> [JSONValue] {
        [
            .string(result.state.rawValue),
            result.failure.map { .string($0.text) } ?? .null,
            .integer(Int64(result.predictions.count)),
            result.duration.map(seconds) ?? .null,
        ]
    }

    // MARK: CSV

    private func csv(_ cells: [[UInt8]]) -> [UInt8] {
        var writer = DelimitedWriter()
        writer.append(cells)
        return writer.bytes
    }

    private func cells(_ record: ResultRecord) -> [[UInt8]] {
        var cells = columns.source.indices.map { index in
            record.source.indices.contains(index) ? Self.cell(record.source[index] ?? .null) : []
        }
        cells += standard(record.result) { .string(Self.twoDecimals($0)) }.map(Self.cell)
        let returned = returned(record.result)
        return cells + columns.returned.indices.map { returned[$0].map(Self.cell) ?? [] }
    }

    /// With two decimals: all of a column are as wide.
    private static func twoDecimals(_ duration: Duration) -> String {
        let hundredths = Int64((max(duration, .zero) / .milliseconds(10)).rounded())
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }

    private static func cell(_ value: JSONValue) -> [UInt8] {
        switch value {
        case .null: []
        case .string(let text): Array(text.utf8)
        case .double(let number) where !number.isFinite: Array(number.description.utf8)
        default: encoded(value)
        }
    }

    // MARK: JSON

    /// In the order of the columns, for those who read it; members without a value are left out.
    private func json(_ record: ResultRecord) -> [UInt8] {
        var members: [(String, JSONValue)] = []
        for (name, value) in zip(columns.source, record.source) {
            if let value { members.append((name, value)) }
        }
        let standard = standard(record.result) { .double(($0 / .milliseconds(10)).rounded() / 100) }
        members += zip(columns.standard, standard)
        let returned = returned(record.result)
        members += columns.returned.enumerated().compactMap { index, name in returned[index].map { (name, $0) } }
        var line = [UInt8(ascii: "{")]
        for (name, value) in members where value != .null {
            if line.count > 1 { line.append(UInt8(ascii: ",")) }
            line += Self.encoded(.string(name))
            line.append(UInt8(ascii: ":"))
            line += Self.encoded(value)
        }
        return line + [UInt8(ascii: "}"), 0x0A]
    }

    private static func encoded(_ value: JSONValue) -> [UInt8] {
        // A value without NaN and infinity can be encoded.
        (try? value.encoded()) ?? (try? value.finite.encoded()) ?? []
    }
}
