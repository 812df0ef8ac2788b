import LuaRuntime
import SpeedPix
import Spelling
import SwiftCSV

/// `csv`: tables as spreadsheets exchange them (RFC 4180, in UTF-8).
enum CSVModule {
    static func module(_ host: ScriptHost) -> LuaModule {
        LuaModule(
            name: "csv",
            summary: "Tables as spreadsheets exchange them, in UTF-8. Values that are read are strings.",
            functions: [
                .waiting(
                    "read",
                    .init(
                        "Reads a file: a list of rows by the names in its first line.", ["path: string"],
                        options: Format.readOptions, returns: "table[]",
                        errors: ["invalid_csv"] + ScriptErrorCodes.reading,
                        example: "for _, row in ipairs(csv.read(\"products.csv\")) do print(row.name) end")
                ) { arguments in
                    let path = try arguments.string(1)
                    let format = try Format(try arguments.options(), "csv.read")
                    return { _ in
                        try await BlockingWork.run {
                            .table(try format.rows(try host.files.open(path).read(), name: path))
                        }
                    }
                },
                .waiting(
                    "parse",
                    .init(
                        "The same for text.", ["text: string"], options: Format.readOptions, returns: "table[]",
                        errors: ["invalid_csv"])
                ) { arguments in
                    let text = try arguments.bytes(1).bytes
                    let format = try Format(try arguments.options(), "csv.parse")
                    return { _ in try await BlockingWork.run { .table(try format.rows(text, name: "csv.parse")) } }
                },
                .immediate(
                    "format",
                    .init(
                        "Rows as text.", ["rows: table[] — by name, or lists"], options: Format.writeOptions,
                        returns: "string")
                ) { arguments in
                    let rows = try rows(arguments, 1)
                    let format = try Format(try arguments.options(), "csv.format")
                    return .string(try format.text(rows))
                },
                .waiting(
                    "write",
                    .init(
                        "Writes rows to a file in one step; returns its full path.",
                        ["path: string", "rows: table[] — by name, or lists"], options: Format.writeOptions,
                        returns: "string", errors: ScriptErrorCodes.writing)
                ) { arguments in
                    let path = try arguments.string(1)
                    let rows = try rows(arguments, 2)
                    let text = try Format(try arguments.options(), "csv.write").text(rows)
                    return { _ in .string(try await host.files.save(Array(text.utf8), to: path)) }
                },
            ])
    }

    private static func rows(_ arguments: borrowing LuaArguments, _ position: Int) throws -> [LuaTable] {
        guard let table = try arguments.table(position), table.entries.isEmpty else {
            throw arguments.mismatch(position, "a list of rows")
        }
        return try table.items.map { row in
            guard let row = row.tableValue else { throw arguments.mismatch(position, "a list of tables") }
            return row
        }
    }

    /// The options of one call.
    private struct Format: Sendable {
        static let readOptions: [LuaField] = [
            "delimiter: string — one character; default: comma, semicolon or tab, whichever it has",
            "header: boolean — false: rows are lists; default true",
        ]
        static let writeOptions: [LuaField] = [
            "columns: string[] — all of them, in their order; default: sorted",
            "delimiter: string — one character; default comma",
        ]

        /// Nil: the one that the first line has; see ``CSVDelimiters``.
        var delimiter: Character?
        var hasHeader = true
        var columns: [String]?

        init(_ options: LuaOptions, _ function: String) throws {
            if let text = try options.string("delimiter") {
                guard text.count == 1, let character = text.first, character != "\"", !character.isNewline else {
                    throw LuaArgumentError("delimiter of \(function) must be one character, not '\(text)'")
                }
                delimiter = character
            }
            if function == "csv.read" || function == "csv.parse" {
                hasHeader = try options.boolean("header") ?? true
            } else if let list = options["columns"] {
                columns = try (list.tableValue?.items ?? []).map { name in
                    guard let text = name.text else { throw options.mismatch("columns", "a list of names", name) }
                    return text
                }
                guard columns?.isEmpty == false else { throw options.mismatch("columns", "a list of names", list) }
            }
        }

        // MARK: Reading

        func rows(_ bytes: [UInt8], name: String) throws -> LuaTable {
            guard var text = String(validating: bytes, as: UTF8.self) else {
                throw CSVSyntaxError("\(name): the text is not UTF-8", hint: "save the table as \"CSV UTF-8\"")
            }
            if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
            // SwiftCSV says neither where a quote is wrong nor that one is missing at the end.
            let delimiter = delimiter ?? CSVDelimiters.guess(in: text.utf8)
            if let problem = CSVQuotes.problem(in: text.utf8, delimiter: delimiter) {
                throw CSVSyntaxError("\(name):\(problem.line): \(problem.text)", hint: problem.hint)
            }
            let csv: EnumeratedCSV
            do {
                csv = try EnumeratedCSV(string: text, delimiter: .character(delimiter), loadColumns: false)
            } catch let error as CSVParseError {
                throw CSVSyntaxError("\(name): \(error)")
            }
            // Lines with nothing in them are how files end, and how people set tables apart.
            let rows = csv.rows.filter { $0.contains { !$0.isEmpty } }
            guard hasHeader else {
                return list(([csv.header] + rows).filter { $0.contains { !$0.isEmpty } }.map(Self.cells))
            }
            return list(try named(rows, by: csv.header, name))
        }

        private func named(_ rows: [[String]], by header: [String], _ name: String) throws -> [LuaTable] {
            guard Set(header).count == header.count else {
                let repeated = header.first { column in header.count { $0 == column } > 1 } ?? ""
                throw CSVSyntaxError(
                    "\(name): the column '\(repeated)' is there twice",
                    hint: "rename one, or read with { header = false }")
            }
            let keys = header.map { LuaValue.string($0) }
            return try rows.enumerated().map { index, row in
                if row.count > keys.count, row[keys.count...].contains(where: { !$0.isEmpty }) {
                    throw CSVSyntaxError(
                        "\(name): row \(index + 1) has \(row.count) fields and the header \(keys.count)",
                        hint: "a field with a delimiter in it needs double quotes around it")
                }
                var entries: [LuaValue: LuaValue] = [:]
                entries.reserveCapacity(keys.count)
                for (column, key) in keys.enumerated() {
                    entries[key] = .string(column < row.count ? row[column] : "")
                }
                return LuaTable(entries: entries)
            }
        }

        private static func cells(_ row: [String]) -> LuaTable {
            LuaTable(items: row.map { .string($0) }, shape: .array)
        }

        private func list(_ rows: [LuaTable]) -> LuaTable {
            LuaTable(items: rows.map { .table($0) }, shape: .array)
        }

        // MARK: Writing

        func text(_ rows: [LuaTable]) throws -> String {
            let separator = delimiter ?? ","
            var lines: [[String]] = []
            // Lua's tables have no order; sorted at least, the same rows always give the same text.
            let names = columns ?? Set(rows.flatMap { $0.entries.keys.compactMap(\.text) }).sorted()
            let isNamed = rows.contains { !$0.entries.isEmpty } || columns != nil
            if isNamed { lines.append(names) }
            for (index, row) in rows.enumerated() {
                guard row.items.isEmpty == isNamed || row.isEmpty else {
                    throw LuaArgumentError("row \(index + 1) is \(isNamed ? "a list" : "no list"), unlike the others")
                }
                let values = isNamed ? names.map { row[$0] ?? .nil } : row.items
                if let extra = row.entries.keys.compactMap(\.text).first(where: { isNamed && !names.contains($0) }) {
                    throw LuaArgumentError(
                        "row \(index + 1) has a value '\(extra)' for no column",
                        hint: NearestName.hint(for: extra, among: names))
                }
                lines.append(try values.map { try Self.cell($0, row: index + 1) })
            }
            return lines.map { line in
                line.map { Self.quoted($0, separator) }.joined(separator: String(separator)) + "\r\n"
            }.joined()
        }

        private static func cell(_ value: LuaValue, row: Int) throws -> String {
            switch value {
            case .nil, .null: return ""
            case .boolean(let flag): return String(flag)
            case .integer(let number): return String(number)
            case .unsigned(let number): return String(number)
            case .number(let number): return number.description
            case .string(let string):
                guard let text = string.text else {
                    throw LuaArgumentError("row \(row) has a value that is not UTF-8 text")
                }
                return text
            case .object(let object): return object.luaDescription
            case .table, .function:
                throw LuaArgumentError(
                    "row \(row) has a \(value.typeName) in it", hint: "a cell holds text, a number, true or false")
            }
        }

        private static func quoted(_ cell: String, _ separator: Character) -> String {
            let needsQuotes =
                // Every common delimiter: a reader of the file may have to guess which one it has.
                cell.contains { $0 == separator || CSVDelimiters.common.contains($0) || $0 == "\"" || $0.isNewline }
                || cell.first?.isWhitespace == true || cell.last?.isWhitespace == true
            return needsQuotes ? "\"\(cell.replacing("\"", with: "\"\""))\"" : cell
        }
    }
}
