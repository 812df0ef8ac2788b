import GRDB
import SpeedPix

/// What a search of the list of predictions looks through: a prediction's label, its id, its workflow, and the texts, the
/// numbers and the names of files that went in.
struct PredictionText: Sendable, Equatable {
    /// Characters of the inputs in it at most, as Unicode counts them: all of it is read by a search that finds little.
    static let longest = 1000

    /// In lower case. The first line is the label, and empty without one.
    let text: String

    /// - Parameter label: One line.
    init(id: String, workflow: String, label: String?, inputs: StoredInputs) {
        var words = InputWords(left: Self.longest)
        for (_, value) in inputs.values.sorted(by: { $0.key < $1.key }) { words.add(value) }
        text = Self.folded(([label ?? "", id, workflow] + words.pieces).joined(separator: "\n"))
    }

    /// As both sides of a comparison are.
    static func folded(_ text: String) -> String { text.lowercased() }

    // MARK: The table

    func insert(_ number: Int64, into database: Database) throws {
        try database.execute(
            sql: "INSERT INTO prediction_text (number, text) VALUES (?, ?)", arguments: [number, text])
    }

    /// - Parameter label: One line.
    static func setLabel(_ label: String?, of number: Int64, in database: Database) throws {
        try database.execute(
            sql: """
                UPDATE prediction_text SET text = ? || substr(text, instr(text, char(10))) WHERE number = ?
                """,
            arguments: [folded(label ?? ""), number])
    }
}

/// Collects what can be searched of inputs.
private struct InputWords {
    var pieces: [String] = []
    /// How many characters there may still be.
    var left: Int

    mutating func add(_ value: JSONValue) {
        guard left > 0 else { return }
        switch value {
        case .null, .bool: return
        case .integer, .unsigned, .double: add(value.lenientString ?? "")
        // The content of a file is nothing to search.
        case .string(let text): if text.prefix(5).lowercased() != "data:" { add(text) }
        case .array(let values): for value in values { add(value) }
        case .object(let members):
            // Of a file its name, and not where it is stored.
            if StoredInputs.key(in: value) != nil { return add(value["filename"] ?? .null) }
            for (_, member) in members.sorted(by: { $0.key < $1.key }) { add(member) }
        }
    }

    private mutating func add(_ text: String) {
        // Not what a person counts as characters: one of those may be as long as a request, and all of it would be kept.
        let piece = String(text.unicodeScalars.prefix(left))
        left -= piece.unicodeScalars.count
        // SQLite's functions take a zero for the end of a text.
        pieces.append(piece.utf8.contains(0) ? piece.replacing("\0", with: " ") : piece)
    }
}
