import GRDB
import SpeedPix
import Synchronization

/// Reads what creates of one run have become, in portions: a run that goes on asks for them about in their order.
final class RecordReader: Sendable {
    /// What the table has of one create.
    private struct Texts {
        var record: String?
        var input: String
    }

    private struct State {
        /// Read, and not asked for yet.
        var ahead: [Int64: Texts] = [:]
        /// The newest that was read.
        var newest: Int64 = 0
    }

    /// How many are read at once if the one that is asked for follows what was read before.
    private static let portion: Int64 = 64
    /// How many are held for later at most.
    private static let limit = 1024

    private let database: JournalDatabase
    private let run: Int64
    private let state = Mutex(State())

    init(_ database: JournalDatabase, run: Int64) {
        self.database = database
        self.run = run
    }

    /// The prediction that a create has become. To be asked once for each create.
    ///
    /// - Throws: ``SpeedPixError`` `journal_failed`, also for a record that cannot be read.
    func prediction(_ number: Int64) throws -> Prediction {
        let texts = try state.withLock { state -> Texts? in
            if let texts = state.ahead.removeValue(forKey: number) { return texts }
            let follows = number > state.newest && number <= state.newest + Self.portion
            let last = follows && state.ahead.count < Self.limit ? number + Self.portion - 1 : number
            var texts = try read(number...last)
            let asked = texts.removeValue(forKey: number)
            state.ahead.merge(texts) { old, _ in old }
            state.newest = max(state.newest, last)
            return asked
        }
        guard let texts, let text = texts.record, let record = Self.record(text, input: texts.input),
            let prediction = Prediction(record: record)
        else { throw unreadable(number) }
        return prediction
    }

    /// A record as ``text(_:repeatsInput:)`` has written it, with its input; nil for any other text.
    static func record(_ text: String, input: String) -> JSONValue? {
        guard case .object(var members)? = try? JSONValue(parsing: text.utf8) else { return nil }
        if members["input"] == nil { members["input"] = try? JSONValue(parsing: input.utf8) }
        return .object(members)
    }

    private func unreadable(_ number: Int64) -> SpeedPixError {
        SpeedPixError(
            .journalFailed, "the journal's record \(number) of run \(run) cannot be read",
            remedy: "begin a new run, or set the journal aside")
    }

    private func read(_ numbers: ClosedRange<Int64>) throws -> [Int64: Texts] {
        try database.read { database in
            let rows = try SQLRequest<Row>(
                sql: "SELECT number, record, input FROM \"create\" WHERE run = ? AND number BETWEEN ? AND ?",
                arguments: [run, numbers.lowerBound, numbers.upperBound], cached: true
            ).fetchCursor(database)
            var texts: [Int64: Texts] = [:]
            while let row = try rows.next() {
                texts[row["number"]] = Texts(record: row["record"], input: row["input"])
            }
            return texts
        }
    }

    /// What is written of a prediction.
    ///
    /// - Parameter repeatsInput: Whether its input is that of the create, which is in the table already.
    static func text(_ prediction: Prediction, repeatsInput: Bool) throws -> String {
        guard repeatsInput, case .object(var members) = prediction.record else {
            return String(decoding: try prediction.record.encoded(), as: UTF8.self)
        }
        members["input"] = nil
        return String(decoding: try JSONValue.object(members).encoded(), as: UTF8.self)
    }
}
