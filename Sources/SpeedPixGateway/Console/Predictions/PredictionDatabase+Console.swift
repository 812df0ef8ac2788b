import GRDB
import SpeedPix
import Synchronization

/// A part of the list of predictions.
struct PredictionPage: Sendable {
    /// How many match in all.
    let total: Int
    /// The number of the newest one that counts.
    let through: Int
    /// The newest first.
    let records: [PredictionRecord]
}

/// By which the list of predictions can be filtered, in alphabetical order.
struct PredictionFilters: Sendable, Equatable {
    var workflows: [String] = []
    var keys: [String] = []
    var labels: [String] = []
}

// What the console asks of the database.
extension PredictionDatabase {
    /// Names for one filter at most.
    private static let mostNames = 1000

    /// - Parameter running: The numbers of those that run.
    func list(_ query: PredictionListQuery, running: [Int]) async throws(StorageError) -> PredictionPage {
        let page = try await readBeside { database -> PredictionPage in
            let through = try query.through ?? Int.fetchOne(database, sql: "SELECT MAX(number) FROM prediction") ?? 0
            let (total, numbers) = try Self.numbers(of: query, through: through, running: running, in: database)
            let list = numbers.map { String($0) }.joined(separator: ", ")
            let rows = try Row.fetchAll(
                database, sql: StoredPrediction.listSelection + " WHERE number IN (\(list)) ORDER BY number DESC")
            return PredictionPage(
                total: total, through: through, records: rows.compactMap { PredictionRecord(shown: $0) })
        }
        return page ?? PredictionPage(total: 0, through: query.through ?? 0, records: [])
    }

    /// - Returns: How many match in all, and the numbers of those of the page.
    private static func numbers(
        of query: PredictionListQuery, through: Int, running: [Int], in database: Database
    ) throws -> (total: Int, page: [Int]) {
        let (source, arguments) = query.source(through: through, running: running)
        let ordered = "SELECT p.number \(source) ORDER BY p.number DESC"
        guard query.words.isEmpty else {
            // To count apart would read all texts twice.
            let all = try Int.fetchAll(database, sql: ordered, arguments: arguments)
            return (all.count, Array(all.dropFirst(query.offset).prefix(query.limit)))
        }
        let total = try Int.fetchOne(database, sql: "SELECT COUNT(*) \(source)", arguments: arguments) ?? 0
        let page = try Int.fetchAll(
            database, sql: "\(ordered) LIMIT ? OFFSET ?", arguments: arguments + [query.limit, query.offset])
        return (total, page)
    }

    /// Some predictions as lists show them, in no order; of ids that there are not, nothing.
    func records(of ids: [String]) async throws(StorageError) -> [PredictionRecord] {
        guard !ids.isEmpty else { return [] }
        let marks = repeatElement("?", count: ids.count).joined(separator: ", ")
        return try await readBeside { database in
            try Row.fetchAll(
                database, sql: StoredPrediction.listSelection + " WHERE id IN (\(marks))",
                arguments: StatementArguments(ids)
            )
            .compactMap { PredictionRecord(shown: $0) }
        } ?? []
    }

    /// What went into a prediction; nil if that is not known any more.
    func inputs(of id: String) async throws(StorageError) -> StoredInputs? {
        let text = try await readBeside { database -> String? in
            try String.fetchOne(database, sql: "SELECT inputs FROM prediction WHERE id = ?", arguments: [id])
        }
        return text.flatMap { $0 }.flatMap { StoredInputs($0) }
    }

    func filters() async throws(StorageError) -> PredictionFilters {
        try await readBeside { database -> PredictionFilters in
            func names(_ column: String) throws -> [String] {
                try String.fetchAll(
                    database,
                    sql: """
                        SELECT DISTINCT \(column) FROM prediction INDEXED BY prediction_list WHERE \(column) IS NOT NULL
                        ORDER BY \(column) LIMIT ?
                        """, arguments: [Self.mostNames])
            }
            return PredictionFilters(
                workflows: try names("workflow"), keys: try names("owner"), labels: try names("label"))
        } ?? PredictionFilters()
    }

    /// Notes something of a prediction.
    ///
    /// - Returns: All that is noted of it then; nil if there is no such prediction.
    func setNotes(_ change: PredictionNotesChange, of id: String) async throws(StorageError) -> PredictionNotes? {
        let result = Mutex<PredictionNotes?>(nil)
        do {
            try await database().write { database in
                let row = try Row.fetchOne(
                    database, sql: "SELECT number, mark, label FROM prediction WHERE id = ?", arguments: [id])
                guard let row, let number = Int64.fromDatabaseValue(row["number"]) else {
                    return result.withLock { $0 = nil }
                }
                let before = PredictionNotes(
                    mark: String.fromDatabaseValue(row["mark"]).flatMap(PredictionNotes.Mark.init),
                    label: String.fromDatabaseValue(row["label"]))
                let notes = change.applied(to: before)
                try database.execute(
                    sql: "UPDATE prediction SET mark = ?, label = ? WHERE number = ?",
                    arguments: [notes.mark?.rawValue, notes.label, number])
                try PredictionText.setLabel(notes.label, of: number, in: database)
                result.withLock { $0 = notes }
            }
        } catch {
            throw failure("write notes into", error)
        }
        return result.withLock { $0 }
    }
}

extension PredictionRecord {
    /// As a list shows a row: one that makes no sense has failed, so that it hides no other.
    init?(shown row: Row) {
        do {
            switch try StoredPrediction(row) {
            case .ended(let record): self = record
            case .unfinished(let prediction): self.init(waiting: prediction)
            }
        } catch {
            guard let id = String.fromDatabaseValue(row["id"]), let number = Int.fromDatabaseValue(row["number"]) else {
                return nil
            }
            self.init(
                id: id, owner: nil, workflowID: String.fromDatabaseValue(row["workflow"]) ?? "", pool: .light,
                estimate: .zero, footprint: 0, number: number)
            status = .failed
            failure = "\(error)"
        }
    }
}
