import LocalFiles
import LuaRuntime
import SpeedPix
import SystemPackage
import Tables

/// `csv`: tables as spreadsheets exchange them (RFC 4180).
enum CSVModule {
    static func module(_ host: ScriptHost) -> LuaModule {
        LuaModule(
            name: "csv",
            summary: """
                Tables as spreadsheets exchange them. Values that are read are strings. Of a workbook (.xlsx, .numbers) save \
                the sheet as text first: "CSV UTF-8" in Excel, Export To > CSV in Numbers.
                """,
            functions: reading(host) + writing(host))
    }

    private static func reading(_ host: ScriptHost) -> [LuaFunctionDefinition] {
        [
            .waiting(
                "read",
                .init(
                    """
                    Reads a file: a list of rows by the names in its first line. Columns without a name that have nothing in \
                    them are left out, and so are rows with nothing in them.
                    """, ["path: string"],
                    options: CSVReading.options, returns: "table[]",
                    errors: ["invalid_csv"] + ScriptErrorCodes.reading,
                    example: "for _, row in ipairs(csv.read(\"products.csv\")) do print(row.name) end")
            ) { arguments in
                let path = try arguments.path(1)
                let reading = try CSVReading(try arguments.options(), "csv.read")
                return { _ in
                    try await BlockingWork.run {
                        .table(try reading.rows(try host.files.open(path).read(), name: path.shown))
                    }
                }
            },
            .waiting(
                "parse",
                .init(
                    "The same for text.", ["text: string"], options: CSVReading.options, returns: "table[]",
                    errors: ["invalid_csv"])
            ) { arguments in
                let text = try arguments.bytes(1).bytes
                let reading = try CSVReading(try arguments.options(), "csv.parse")
                return { _ in try await BlockingWork.run { .table(try reading.rows(text, name: "csv.parse")) } }
            },
        ]
    }

    private static func writing(_ host: ScriptHost) -> [LuaFunctionDefinition] {
        [
            .immediate(
                "format",
                .init(
                    "Rows as text, in UTF-8.", ["rows: table[] — by name, or lists"],
                    options: CSVWriting.options + [
                        "bom: boolean — true: begins with a byte order mark; default false"
                    ], returns: "string")
            ) { arguments in
                let rows = try rows(arguments, 1)
                return .string(LuaString(try CSVWriting(try arguments.options(), "csv.format").text(rows)))
            },
            .waiting(
                "write",
                .init(
                    "Writes rows to a file in one step, in UTF-8; returns its full path.",
                    ["path: string", "rows: table[] — by name, or lists"],
                    options: CSVWriting.options + [
                        """
                        bom: boolean — whether it begins with a byte order mark; default: if the name ends in .csv and not \
                        everything is ASCII, since Excel needs it then
                        """
                    ], returns: "string", errors: ScriptErrorCodes.writing)
            ) { arguments in
                let path = try arguments.path(1)
                if let ending = path.extension?.lowercased(), Workbook.extensions.contains(ending) {
                    throw LuaArgumentError(
                        "csv.write writes text, and \(path.shown) would be no workbook",
                        hint: "let the name end in .csv, which spreadsheets open")
                }
                let rows = try rows(arguments, 2)
                let text = try CSVWriting(try arguments.options(), "csv.write").text(rows, for: path.shown)
                return { _ in .path(try await host.files.save(text, to: path)) }
            },
        ]
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
}
