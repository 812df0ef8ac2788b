import LuaRuntime
import Tables

/// How one call of `csv.read` or `csv.parse` reads a table.
struct CSVReading: Sendable {
    static let options: [LuaField] = [
        "delimiter: string — one character; default: what a line sep=; says, or comma, semicolon or tab, whichever it has",
        ScriptText.option, "header: boolean — false: rows are lists; default true",
    ]
    private static let code = "invalid_csv"

    private let delimiter: Delimiter?
    private let encoding: TextEncoding?
    private let hasHeader: Bool

    init(_ options: LuaOptions, _ function: String) throws {
        delimiter = try Delimiter.option(options, function)
        encoding = try ScriptText.encoding(options, function)
        hasHeader = try options.boolean("header") ?? true
    }

    /// - Parameter name: What the bytes are, for messages.
    /// - Throws: ``ScriptTextError``.
    func rows(_ bytes: [UInt8], name: String) throws -> LuaTable {
        let text = try ScriptText.decode(bytes, name, as: encoding, code: Self.code)
        var reader = DelimitedReader(text.utf8, delimiter: delimiter)
        do {
            let rows = try hasHeader ? Self.named(reader) : Self.lists(&reader)
            return LuaTable(items: rows, shape: .array)
        } catch let error as DelimitedSyntaxError {
            throw ScriptTextError(Self.code, "\(name):\(error.line): \(error.message)", hint: error.hint)
        }
    }

    private static func named(_ reader: DelimitedReader) throws -> [LuaValue] {
        let table = try DelimitedTable(reader)
        let keys = table.columns.map { LuaValue.string(LuaString($0)) }
        return table.rows.map { row in
            var entries: [LuaValue: LuaValue] = [:]
            entries.reserveCapacity(keys.count)
            for (key, field) in zip(keys, row.fields) { entries[key] = .string(LuaString(field)) }
            return .table(LuaTable(entries: entries))
        }
    }

    private static func lists(_ reader: inout DelimitedReader) throws -> [LuaValue] {
        var rows: [LuaValue] = []
        while let row = try reader.next() {
            rows.append(.table(LuaTable(items: row.fields.map { .string(LuaString($0)) }, shape: .array)))
        }
        return rows
    }
}

extension Delimiter {
    /// The option `delimiter` of a call; nil if it has none.
    static func option(_ options: LuaOptions, _ function: String) throws -> Delimiter? {
        guard let text = try options.string("delimiter") else { return nil }
        guard let delimiter = Delimiter(text) else {
            throw LuaArgumentError("delimiter of \(function) must be one character, not '\(text)'")
        }
        return delimiter
    }
}
