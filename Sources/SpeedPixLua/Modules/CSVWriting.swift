import LocalFiles
import LuaRuntime
import Spelling
import Tables

/// How one call of `csv.write` or `csv.format` writes a table.
struct CSVWriting {
    static let options: [LuaField] = [
        "columns: string[] — all of them, in their order; default: sorted",
        "delimiter: string — one character; default comma",
    ]

    private let delimiter: Delimiter
    private let columns: [LuaString]?
    /// Whether the text begins with a byte order mark; nil: if Excel needs one.
    private let hasMark: Bool?

    init(_ options: LuaOptions, _ function: String) throws {
        delimiter = try Delimiter.option(options, function) ?? .comma
        hasMark = try options.boolean("bom")
        guard let list = options["columns"] else {
            columns = nil
            return
        }
        let names = try (list.tableValue?.items ?? []).map { name in
            guard let text = name.text else { throw options.mismatch("columns", "a list of names", name) }
            return LuaString(text)
        }
        guard !names.isEmpty else { throw options.mismatch("columns", "a list of names", list) }
        columns = names
    }

    /// - Parameter path: Where the text goes; nil for one that the script gets.
    /// - Throws: `LuaArgumentError` for what is not a row, or has a value that a cell cannot hold.
    func text(_ rows: [LuaTable], for path: String? = nil) throws -> [UInt8] {
        var writer = DelimitedWriter(delimiter: delimiter)
        let isNamed = rows.contains { !$0.entries.isEmpty } || columns != nil
        let names = try columns ?? Self.names(of: rows)
        if isNamed { writer.append(names.map(\.bytes)) }
        let known = Set(names)
        for (index, row) in rows.enumerated() {
            guard row.items.isEmpty == isNamed || row.isEmpty else {
                throw LuaArgumentError("row \(index + 1) is \(isNamed ? "a list" : "no list"), unlike the others")
            }
            if isNamed { try Self.checkNames(of: row, known, number: index + 1) }
            let values = isNamed ? names.map { row.entries[.string($0)] ?? .nil } : row.items
            writer.append(
                try values.enumerated().map { column, value in
                    try Self.cell(
                        value, "row \(index + 1), \(isNamed ? names[column].lossyText : "column \(column + 1)")")
                })
        }
        // Excel takes a file that has more than ASCII for its system's encoding, unless the mark says that it is UTF-8.
        let isForExcel = path.map { $0.utf8.count >= 4 && $0.lowercased().hasSuffix(".csv") } ?? false
        let writesMark = hasMark ?? (isForExcel && !writer.isASCII)
        return writesMark ? ByteOrderMark.utf8 + writer.bytes : writer.bytes
    }

    /// Lua's tables have no order; sorted at least, the same rows always give the same text.
    private static func names(of rows: [LuaTable]) throws -> [LuaString] {
        var names: Set<LuaString> = []
        for (index, row) in rows.enumerated() {
            for key in row.entries.keys {
                guard let name = key.stringValue else { continue }
                guard names.insert(name).inserted, name.text == nil else { continue }
                throw LuaArgumentError("row \(index + 1) has a name that is not UTF-8 text")
            }
        }
        return names.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    }

    private static func checkNames(of row: LuaTable, _ names: Set<LuaString>, number: Int) throws {
        for key in row.entries.keys {
            guard let name = key.stringValue, !names.contains(name) else { continue }
            throw LuaArgumentError(
                "row \(number) has a value '\(name.lossyText)' for no column",
                hint: NearestName.hint(for: name.lossyText, among: names.map(\.lossyText)))
        }
    }

    /// - Parameter place: Row and column, for messages; made for an error only, since a table has many cells.
    private static func cell(_ value: LuaValue, _ place: @autoclosure () -> String) throws -> [UInt8] {
        switch value {
        case .nil, .null: return []
        case .boolean(let flag): return Array(String(flag).utf8)
        case .integer(let number): return Array(String(number).utf8)
        case .unsigned(let number): return Array(String(number).utf8)
        case .number(let number): return Array(number.description.utf8)
        case .string(let string):
            guard string.text != nil else {
                throw LuaArgumentError(
                    "\(place()): this is not UTF-8 text: \(FileName.shown(Array(string.bytes.prefix(60))).printable())",
                    hint: "a name of a file in another encoding becomes text by path.text(name)")
            }
            return string.bytes
        case .object(let object): return Array(object.luaDescription.utf8)
        case .table, .function:
            throw LuaArgumentError(
                "\(place()): a cell cannot be a \(value.typeName)", hint: "a cell holds text, a number, true or false")
        }
    }
}
