import GRDB
import SpeedPix

/// Which predictions the console lists: a part of all that match, the newest first.
struct PredictionListQuery: Sendable, Equatable {
    static let largestPage = 500
    /// The number of predictions of no gateway comes near to it.
    private static let largestNumber = 1 << 53
    private static let longestText = 200
    private static let mostWords = 8

    var offset = 0
    var limit = 60
    /// The number of the newest one that counts, so that a part is the same while new ones arrive; nil for the newest there is.
    var through: Int?
    var workflow: String?
    var state: PredictionRecord.Status?
    /// The application key that created them.
    var key: String?
    var label: String?
    var mark: PredictionNotes.Mark?
    /// Each stands somewhere in what can be searched, in lower case.
    var words: [String] = []

    init() {}

    /// - Throws: ``Refusal`` for a value that its parameter cannot have.
    init(_ parameters: QueryParameters) throws(Refusal) {
        offset = try parameters.number("offset", in: 0...Self.largestNumber) ?? offset
        limit = try parameters.number("limit", in: 1...Self.largestPage) ?? limit
        through = try parameters.number("through", in: 0...Self.largestNumber)
        workflow = parameters.text("workflow")
        key = parameters.text("key")
        label = parameters.text("label")
        if let text = parameters.text("state") {
            guard let state = PredictionRecord.Status(rawValue: text) else {
                throw .invalidParameter(
                    "state must be waiting, running, succeeded, failed or canceled, not \"\(text.prefix(50))\"")
            }
            self.state = state
        }
        if let text = parameters.text("mark") {
            guard let mark = PredictionNotes.Mark(rawValue: text) else {
                throw .invalidParameter("mark must be good or bad, not \"\(text.prefix(50))\"")
            }
            self.mark = mark
        }
        words = try Self.words(parameters.text("text") ?? "")
    }

    private static func words(_ text: String) throws(Refusal) -> [String] {
        // Not what a person counts as characters: one of those may be as long as somebody likes.
        let count = text.unicodeScalars.count
        guard count <= longestText else {
            throw .invalidParameter("text must have at most \(longestText) characters, not \(count)")
        }
        let words = PredictionText.folded(text.printable()).split(whereSeparator: \.isWhitespace).map(String.init)
        guard words.count <= mostWords else {
            throw .invalidParameter("text must have at most \(mostWords) words, not \(words.count)")
        }
        return words
    }

    // MARK: SQL

    /// Where the list is read from, and what holds for its rows: by the index alone, unless words are searched.
    ///
    /// - Parameters:
    ///   - through: The number of the newest one that counts.
    ///   - running: The numbers of those that run: the database has them as waiting.
    func source(through: Int, running: [Int]) -> (sql: String, arguments: StatementArguments) {
        var sql = "FROM prediction AS p INDEXED BY prediction_list"
        if !words.isEmpty { sql += " CROSS JOIN prediction_text AS t ON t.number = p.number" }
        sql += " WHERE p.number <= ?"
        var arguments: StatementArguments = [through]
        for (column, value) in [
            ("workflow", workflow), ("owner", key), ("label", label), ("mark", mark?.rawValue),
        ] {
            guard let value else { continue }
            sql += " AND p.\(column) = ?"
            arguments += [value]
        }
        if let state {
            sql += " AND p.status = ?"
            arguments += [(state == .running ? .waiting : state).rawValue]
            let numbers = running.map { String($0) }.joined(separator: ", ")
            if state == .running { sql += " AND p.number IN (\(numbers))" }
            if state == .waiting { sql += " AND p.number NOT IN (\(numbers))" }
        }
        for word in words {
            sql += " AND t.text LIKE ? ESCAPE '\\'"
            arguments += ["%\(Self.escaped(word))%"]
        }
        return (sql, arguments)
    }

    /// The word as a pattern that only it matches.
    private static func escaped(_ word: String) -> String {
        String(
            word.unicodeScalars.reduce(into: String.UnicodeScalarView()) { result, scalar in
                if scalar == "%" || scalar == "_" || scalar == "\\" { result.append("\\") }
                result.append(scalar)
            })
    }
}
