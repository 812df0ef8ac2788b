import ArgumentParser
import SpeedPixBatch
import Spelling
import Tables

/// How a batch's rows are read.
struct RowOptions: ParsableArguments {
    @Option(
        name: .customLong("as"),
        help: ArgumentHelp(
            "ROWS is a pattern in quotes, such as 'photos/*.jpg': one row for each file, whose path is this parameter.",
            valueName: "NAME"))
    var fileParameter: String?

    @Option(
        name: .customLong("map"),
        help: ArgumentHelp(
            "The column is for this parameter; without a map it is for the one of its name. column= leaves it out."
                + " Repeatable.", valueName: "column=param"),
        transform: RowOptions.columnMap)
    var maps: [ColumnMap] = []

    @Option(
        help: ArgumentHelp(
            "The column by whose values, each of them different, rows are known again; otherwise by all their values.",
            valueName: "COLUMN"))
    var key: String?

    @Option(
        help: ArgumentHelp(
            "What ROWS is in: \(TextEncoding.names.joined(separator: ", ")). Otherwise recognised.", valueName: "NAME"),
        transform: RowOptions.encoding)
    var encoding: TextEncoding?

    @Option(
        help: ArgumentHelp(
            "What stands between fields: one character, or comma, semicolon or tab. Otherwise recognised.",
            valueName: "CHARACTER"),
        transform: RowOptions.separator)
    var separator: Delimiter?

    @Flag(name: .customLong("skip-invalid"), help: "Leaves out rows that cannot run; without it none is begun then.")
    var skipInvalid = false

    func validate() throws {
        if fileParameter?.isEmpty == true {
            throw ValidationError("--as is the name of one of the script's parameters")
        }
        if key?.isEmpty == true { throw ValidationError("--key is the name of a column") }
        guard fileParameter != nil else { return }
        if encoding != nil || separator != nil {
            throw ValidationError("--encoding and --separator are for a table, and --as is for files")
        }
        if !maps.isEmpty { throw ValidationError("--as says which parameter a file is for; leave --map out") }
    }

    var reading: RowReading { RowReading(encoding: encoding, separator: separator) }

    private static func columnMap(_ text: String) throws -> ColumnMap {
        guard let map = ColumnMap(text) else {
            throw ValidationError("it is no column=param, such as --map title=text")
        }
        return map
    }

    private static func encoding(_ text: String) throws -> TextEncoding {
        guard let encoding = TextEncoding(name: text) else {
            let nearest = NearestName.suggestion(for: text, among: TextEncoding.names).map { "did you mean '\($0)'? " }
            throw ValidationError("\(nearest ?? "")there are: \(TextEncoding.names.joined(separator: ", "))")
        }
        return encoding
    }

    private static func separator(_ text: String) throws -> Delimiter {
        switch text.lowercased() {
        case "comma": return .comma
        case "semicolon": return .semicolon
        // A shell's '\t' is two characters.
        case "tab", "\\t": return .tab
        default:
            guard let separator = Delimiter(text) else {
                throw ValidationError("it is one character, or comma, semicolon or tab")
            }
            return separator
        }
    }
}
