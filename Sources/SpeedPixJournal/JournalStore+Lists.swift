import GRDB
import SpeedPix
import SystemPackage

// What a folder of journals has, for people and programs that look at it.
extension JournalStore {
    /// Every run, the newest first. A batch is one, with the creates of all its rows.
    ///
    /// - Throws: ``SpeedPixError`` `journal_failed`.
    public func runs() throws -> [RecordedRun] {
        try database.setUp { try Self.runs(in: $0, where: Self.isNoRow, arguments: []) }
    }

    static let isNoRow = "run.id NOT IN (SELECT run FROM batch_row)"

    /// - Throws: ``SpeedPixError``: `invalid_argument` if there is no such run; `journal_failed`.
    public func run(_ number: Int64) throws -> RecordedRun {
        try database.setUp { try Self.run(number, in: $0) }
    }

    static func run(_ number: Int64, in database: Database) throws -> RecordedRun {
        guard let run = try runs(in: database, where: "run.id = ?", arguments: [number]).first else {
            throw SpeedPixError(
                .invalidArgument, "there is no run \(number)", remedy: "speedpix runs lists them")
        }
        return run
    }

    /// - Parameter limit: The most that are wanted; nil for all.
    static func runs(
        in database: Database, where condition: String, arguments: StatementArguments, limit: Int? = nil
    ) throws -> [RecordedRun] {
        func count(_ states: RecordedCreate.State...) -> String {
            let words = states.map { "'\($0.rawValue)'" }.joined(separator: ", ")
            return "COUNT(CASE WHEN c.state IN (\(words)) THEN 1 END)"
        }
        let sql = """
            SELECT run.*, own.batch AS batch, own.key AS own_key, COUNT(CASE WHEN c.state IN (\(Self.madeStates)) THEN 1 END) AS made,
            \(count(.succeeded)) AS succeeded, \(count(.failed)) AS failed,
            \(count(.canceled, .stopped)) AS canceled, \(count(.created)) AS unended,
            \(count(.intended, .inDoubt)) AS in_doubt,
            COUNT(CASE WHEN c.state = 'succeeded' AND c.files > \(Self.savedCount) THEN 1 END) AS unsaved,
            COUNT(CASE WHEN c.state IN (\(Self.madeStates)) AND c.attempt < maker.attempts THEN 1 END) AS reused
            FROM run LEFT JOIN batch_row own ON own.run = run.id
            LEFT JOIN batch_row r ON r.batch = run.id LEFT JOIN "create" c ON c.run = IFNULL(r.run, run.id)
            LEFT JOIN run maker ON maker.id = c.run
            WHERE \(condition) GROUP BY run.id ORDER BY run.id DESC \(limit.map { "LIMIT \($0)" } ?? "")
            """
        return try Row.fetchAll(database, sql: sql, arguments: arguments).map { row in
            RecordedRun(
                number: row["id"],
                description: RunDescription(
                    script: row["script"], folder: row["folder"], rows: row["rows"], rowKey: row["row_key"],
                    parameters: Self.members(row["parameters"]).compactMapValues(\.stringValue),
                    endpoint: row["endpoint"], appKey: row["app_key"],
                    command: ((try? JSONValue(parsing: (row["command"] as String).utf8))?.arrayValue ?? [])
                        .compactMap(\.stringValue)),
                batch: (row["batch"] as Int64?).map { ($0, row["own_key"]) }, seed: row["seed"],
                started: row["started"], ended: row["ended"], attempts: row["attempts"],
                hasSucceeded: row["state"] == "succeeded", created: row["made"], succeeded: row["succeeded"],
                failed: row["failed"], canceled: row["canceled"], unended: row["unended"], inDoubt: row["in_doubt"],
                unsaved: row["unsaved"], reused: row["reused"])
        }
    }

    private static let made: [RecordedCreate.State] = [.created, .succeeded, .failed, .canceled, .stopped]
    private static let madeStates = made.map { "'\($0.rawValue)'" }.joined(separator: ", ")

    private static let savedCount = "(SELECT COUNT(DISTINCT number) FROM saved WHERE saved.prediction = c.prediction)"

    /// The creates of a run, or of all runs, in their order; of a batch those of its rows.
    ///
    /// - Throws: ``SpeedPixError`` `journal_failed`.
    public func creates(of run: Int64? = nil) throws -> [RecordedCreate] { try creates(of: run, "1") }

    /// Those of a run that are in doubt.
    ///
    /// - Throws: ``SpeedPixError`` `journal_failed`.
    public func doubts(of run: Int64) throws -> [RecordedCreate] {
        try creates(of: run, "c.state IN ('intended', 'in_doubt')")
    }

    private func creates(of run: Int64?, _ condition: String) throws -> [RecordedCreate] {
        try database.setUp { try Self.creates(of: run, in: $0, condition) }
    }

    static func creates(
        of run: Int64?, in database: Database, _ condition: String = "1"
    ) throws -> [RecordedCreate] {
        let sql = """
            SELECT c.*, (SELECT key FROM batch_row WHERE run = c.run) AS row_key, \(Self.savedCount) AS saved_count,
            (SELECT attempts FROM run WHERE id = c.run) AS attempts,
            (SELECT json_group_array(DISTINCT path) FROM saved
             WHERE saved.prediction = c.prediction AND path IS NOT NULL) AS paths
            FROM "create" c WHERE \(condition) \(run == nil ? "" : Self.isOfRun) ORDER BY c.run, c.number
            """
        return try Row.fetchAll(database, sql: sql, arguments: run.map { [$0, $0] } ?? []).map(Self.create)
    }

    private static let isOfRun = "AND (c.run = ? OR c.run IN (SELECT run FROM batch_row WHERE batch = ?))"

    private static func create(_ row: Row) -> RecordedCreate {
        let state = RecordedCreate.State(rawValue: row["state"]) ?? .inDoubt
        let record = (row["record"] as String?).flatMap { RecordReader.record($0, input: row["input"]) }
        let paths = ((try? JSONValue(parsing: (row["paths"] as String? ?? "[]").utf8))?.arrayValue ?? [])
            .compactMap(\.stringValue)
        return RecordedCreate(
            number: row["number"], run: row["run"], rowKey: row["row_key"],
            position: (row["position"] as String?).map { CreatePosition(rawValue: $0) },
            identity: (row["digest"] as String?).map { digest in
                CreateIdentity(
                    digest: digest, inputs: members(row["inputs"] as String? ?? "{}").compactMapValues(\.stringValue))
            }, state: state,
            workflowID: row["workflow"], label: row["label"], input: members(row["input"]),
            prediction: record.flatMap(Prediction.init(record:)), problem: row["problem"], intended: row["intended"],
            ended: row["ended"], paths: paths,
            unsavedFiles: state == .succeeded ? max((row["files"] as Int) - (row["saved_count"] as Int), 0) : 0,
            isReused: made.contains(state) && (row["attempt"] as Int) < (row["attempts"] as Int? ?? 0))
    }

    private static func members(_ text: String) -> [String: JSONValue] {
        guard case .object(let members)? = try? JSONValue(parsing: text.utf8) else { return [:] }
        return members
    }

    // MARK: Changes

    /// Forgets a run, with all that it has paid for.
    ///
    /// - Throws: ``SpeedPixError``: `invalid_argument` if there is no such run; `journal_failed`, also while a process has it.
    public func delete(_ run: Int64) throws {
        _ = try self.run(run)
        let batch = try database.setUp { try Self.batch(of: run, $0) }
        if let batch {
            throw SpeedPixError(
                .invalidArgument, "run \(run) is a row of the batch \(batch)",
                remedy: "speedpix runs delete \(batch) forgets the batch with all that its rows have paid for")
        }
        let lock = try lock(run)
        defer { lock.release() }
        try database.setUp { database in
            try database.execute(
                sql: "DELETE FROM run WHERE id IN (SELECT run FROM batch_row WHERE batch = ?)", arguments: [run])
            try database.execute(sql: "DELETE FROM run WHERE id = ?", arguments: [run])
        }
        // No run has this number again, so that the lock is not needed any more.
        lock.remove()
    }

    /// Forgets runs that are finished, and ended before a time. Unfinished ones stay. Does nothing if it was done within the
    /// last day.
    ///
    /// - Parameter age: In seconds since their end.
    /// - Throws: ``SpeedPixError`` `journal_failed`.
    public func prune(olderThan age: Double) throws {
        let now = now()
        let old = try database.setUp { database -> [Int64] in
            let last = try Double.fetchOne(database, sql: "SELECT time FROM upkeep WHERE name = 'prune'")
            // A clock that was set back is not a reason to wait for years.
            if let last, abs(now - last) < Self.day { return [] }
            try database.execute(
                sql: "INSERT OR REPLACE INTO upkeep (name, time) VALUES ('prune', ?)", arguments: [now])
            return try Self.runs(
                in: database, where: "\(Self.isNoRow) AND run.state = 'succeeded' AND run.ended < ?",
                arguments: [now - age]
            )
            .filter { !$0.isUnfinished }.map(\.number)
        }
        for run in old { try delete(run) }
    }

    private static let day = 86_400.0
}
