import GRDB
import SpeedPix

// Batches: runs whose rows are runs of their own.
extension JournalStore {
    /// Begins a batch.
    ///
    /// - Parameters:
    ///   - description: With ``RunDescription/rows``.
    ///   - seed: What the random draws of its rows are made of.
    ///   - refusesEarlier: Whether a batch that could be resumed is an error.
    /// - Throws: ``SpeedPixError`` `journal_failed`.
    public func beginBatch(
        _ description: RunDescription, seed: Int64, refusesEarlier: Bool = false,
        choices: ResumeChoices = ResumeChoices(), callbacks: ResumeCallbacks = ResumeCallbacks()
    ) throws -> BatchJournal {
        try database.setUp { database in
            if refusesEarlier, let earlier = try Self.newestBatch(description, database) {
                throw SpeedPixError(
                    .journalFailed, "batch \(earlier) of these rows was begun meanwhile",
                    remedy: "go on with that one: --resume=\(earlier)")
            }
            try Self.insert(description, id: nil, seed: seed, started: now(), database)
            let run = database.lastInsertedRowID
            // Locked before another process sees it.
            return BatchJournal(
                self, run: run, attempt: 1, seed: seed, description, choices: choices, callbacks: callbacks,
                lock: try lock(run))
        }
    }

    /// Goes on with a batch: what its rows have paid for is given back to them.
    ///
    /// - Parameters:
    ///   - description: Of this attempt; its endpoint and key must be the batch's.
    ///   - choices: What is made again all the same; labels and positions are not looked at.
    /// - Throws: ``SpeedPixError``: `invalid_argument` if there is no such batch, or it was another account's;
    ///   `journal_failed`, also while another process has it.
    public func resumeBatch(
        _ run: Int64, _ description: RunDescription, choices: ResumeChoices = ResumeChoices(),
        callbacks: ResumeCallbacks = ResumeCallbacks()
    ) throws -> BatchJournal {
        let lock = try lock(run)
        return try database.setUp { database in
            let row = try Self.batchRow(of: run, description, database)
            try Self.beginAttempt(of: run, database)
            return BatchJournal(
                self, run: run, attempt: row["attempts"] + 1, seed: row["seed"], description, choices: choices,
                callbacks: callbacks, lock: lock)
        }
    }

    /// What a batch has, for a dry run that goes on with it.
    ///
    /// - Throws: As ``resumeBatch(_:_:choices:callbacks:)``; not if another process has it.
    public func readBatch(_ run: Int64, _ description: RunDescription) throws -> BatchReader {
        try database.setUp { database in
            BatchReader(run: run, seed: try Self.batchRow(of: run, description, database)["seed"], store: self)
        }
    }

    private static func batchRow(of run: Int64, _ description: RunDescription, _ database: Database) throws -> Row {
        let row = try row(of: run, endpoint: description.endpoint, appKey: description.appKey, database)
        guard row["rows"] as String? != nil else {
            throw SpeedPixError(
                .invalidArgument, "run \(run) is no batch",
                remedy: "speedpix run SCRIPT --resume=\(run) goes on with it")
        }
        let (rows, key) = (row["rows"] as String, row["row_key"] as String?)
        guard rows == description.rows else {
            throw SpeedPixError(
                .invalidArgument, "batch \(run) has the rows of \(rows)",
                remedy: "begin a batch of its own for these: leave --resume out")
        }
        guard key == description.rowKey else {
            let known = key.map { "the column \($0)" } ?? "a digest of their values"
            throw SpeedPixError(
                .invalidArgument,
                "batch \(run) knows its rows by \(known): with another key all would be paid for anew",
                remedy: key.map { "say --key \($0)" } ?? "leave --key out")
        }
        return row
    }

    /// The newest batch of the same script, rows, folder, parameters, endpoint and key, whether or not it is finished: rows may have
    /// been added since.
    ///
    /// - Throws: ``SpeedPixError`` `journal_failed`.
    public func newestBatch(_ description: RunDescription) throws -> Int64? {
        try database.setUp { try Self.newestBatch(description, $0) }
    }

    private static func newestBatch(_ description: RunDescription, _ database: Database) throws -> Int64? {
        try Int64.fetchOne(
            database,
            sql: """
                SELECT id FROM run WHERE script = ? AND folder = ? AND rows = ? AND parameters = ?
                AND endpoint = ? AND app_key = ? ORDER BY id DESC LIMIT 1
                """,
            arguments: [
                description.script, description.folder, description.rows,
                try Self.text(description.parameters), description.endpoint, description.appKey,
            ])
    }
}
