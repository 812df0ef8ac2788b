import SpeedPixBatch
import Tables

extension RowTable {
    /// Reads a text, as `rows.csv` if nothing else is said.
    init(
        _ text: String, ending: String? = "csv", encoding: TextEncoding? = nil, separator: Delimiter? = nil
    ) throws {
        self = try RowReading(encoding: encoding, separator: separator)
            .table(Array(text.utf8), name: "rows.\(ending ?? "txt")", ending: ending)
    }

    /// The rows by their columns' names.
    var values: [[String: String]] {
        (0..<count).map { row in
            Dictionary(uniqueKeysWithValues: cells(of: row).map { (columns[$0.column].name, $0.text) })
        }
    }

    var names: [String] { columns.map(\.name) }
}

/// The error with which reading ends.
func readingError(_ bytes: [UInt8], ending: String? = "csv", _ reading: RowReading = RowReading()) -> RowSourceError? {
    do {
        _ = try reading.table(bytes, name: "rows", ending: ending)
        return nil
    } catch {
        return error as? RowSourceError
    }
}
