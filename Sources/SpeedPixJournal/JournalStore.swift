import GRDB
import LocalFiles
import SQLiteStorage
import SpeedPix
import SystemPackage

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A folder of journals: begins runs, and finds those that attempts before have left.
///
/// ```swift
/// let store = try JournalStore(folder: "state")
/// let cards = RunDescription(
///     script: "cards", folder: ".", endpoint: configuration.endpoint, appKey: configuration.appKey)
/// let journal = try store.newestUnfinished(cards).map {
///     try store.resume($0, endpoint: cards.endpoint, appKey: cards.appKey)
/// } ?? store.begin(cards, seed: 1)
/// var dependencies = ClientDependencies()
/// dependencies.journal = journal
/// let client = SpeedPixClient(configuration, dependencies: dependencies)
/// // Creates that an attempt before has paid for come back with `isReused`, and cost nothing.
/// try await journal.end(succeeded: true)
/// ```
public final class JournalStore: Sendable {
    /// The file's name in its folder.
    static let filename = "journal.sqlite"

    let database: JournalDatabase
    let folder: String
    let now: @Sendable () -> Double

    /// Whether a folder has a journal. Makes nothing.
    public static func exists(in folder: String) -> Bool {
        FileManager.default.fileExists(atPath: FilePath(folder).appending(filename).string)
    }

    /// How many transactions were committed since it was opened; for tests and figures.
    public var commits: Int { database.commits }

    /// - Parameter folder: Is made if it is not there, for its owner only.
    /// - Throws: ``SpeedPixError`` `journal_failed`.
    public convenience init(folder: String) throws {
        try self.init(folder: folder, now: { Date().timeIntervalSince1970 })
    }

    /// - Parameter now: Seconds since 1970.
    package init(folder: String, now: @escaping @Sendable () -> Double) throws {
        self.folder = folder
        self.now = now
        do {
            try Folder.makePrivate(FilePath(folder))
        } catch {
            throw SpeedPixError(
                .journalFailed, "the journal's folder \(folder) cannot be made: \(error)",
                remedy: "name another one with --state", cause: error)
        }
        database = try JournalDatabase(path: FilePath(folder).appending(Self.filename).string)
    }

    // MARK: Runs

    /// Begins a run.
    ///
    /// - Parameters:
    ///   - seed: What its random draws begin with.
    ///   - refusesUnfinished: Whether a run that could be resumed is an error.
    /// - Throws: ``SpeedPixError`` `journal_failed`.
    public func begin(
        _ description: RunDescription, seed: Int64, refusesUnfinished: Bool = false
    ) throws -> RunJournal {
        try database.setUp { database in
            if refusesUnfinished, let unfinished = try Self.newestUnfinished(description, database) {
                throw SpeedPixError(
                    .journalFailed, "run \(unfinished) of this script was begun meanwhile",
                    remedy: "go on with that one: --resume=\(unfinished)")
            }
            try Self.insert(description, id: nil, seed: seed, started: now(), database)
            let run = database.lastInsertedRowID
            // Locked before another process sees the run.
            return RunJournal(self, run: run, attempt: 1, seed: seed, lock: try lock(run))
        }
    }

    /// - Parameter id: Nil for the next one.
    static func insert(
        _ description: RunDescription, id: Int64?, seed: Int64, started: Double, _ database: Database
    ) throws {
        try database.executeCached(
            sql: """
                INSERT INTO run (id, script, folder, rows, row_key, parameters, endpoint, app_key, command, seed, started)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                id, description.script, description.folder, description.rows, description.rowKey,
                try text(description.parameters),
                description.endpoint, description.appKey,
                try text(.array(description.command.map { .string($0) })), seed, started,
            ])
    }

    /// Goes on with a run: what it has paid for is given back.
    ///
    /// - Parameter choices: What is made again all the same.
    /// - Throws: ``SpeedPixError``: `invalid_argument` if there is no such run, or it was another account's;
    ///   `journal_failed`, also while another process has it.
    public func resume(
        _ run: Int64, endpoint: String, appKey: String, _ choices: ResumeChoices = ResumeChoices(),
        callbacks: ResumeCallbacks = ResumeCallbacks()
    ) throws -> RunJournal {
        let lock = try lock(run)
        return try database.setUp { database in
            let row = try Self.row(of: run, endpoint: endpoint, appKey: appKey, database)
            try Self.checkIsScript(run, row, database)
            try Self.beginAttempt(of: run, database)
            if choices.makesDoubtsAgain { try Self.abandonDoubts(of: run, database) }
            return RunJournal(
                self, run: run, attempt: row["attempts"] + 1, seed: row["seed"],
                earlier: try Self.creates(of: run, choices, database), values: try Self.values(of: run, database),
                unended: try Self.unended(of: run, database), newest: try Self.newest(of: run, database),
                callbacks: callbacks, lock: lock)
        }
    }

    /// What going on with a run would find. Nothing is written, and another process may have the run.
    ///
    /// - Throws: As ``resume(_:endpoint:appKey:_:callbacks:)``.
    public func openForDryRun(
        _ run: Int64, endpoint: String, appKey: String, _ choices: ResumeChoices = ResumeChoices()
    ) throws -> DryRunJournal {
        try database.setUp { database in
            try Self.checkIsScript(run, Self.row(of: run, endpoint: endpoint, appKey: appKey, database), database)
            return DryRunJournal(
                try Self.creates(of: run, choices, database), values: try Self.values(of: run, database),
                records: RecordReader(self.database, run: run))
        }
    }

    static func beginAttempt(of run: Int64, _ database: Database) throws {
        try database.executeCached(
            sql: "UPDATE run SET attempts = attempts + 1, state = 'running', ended = NULL WHERE id = ?",
            arguments: [run])
    }

    /// What is in doubt is made once more.
    static func abandonDoubts(of run: Int64, _ database: Database) throws {
        try database.executeCached(
            sql: "UPDATE \"create\" SET state = 'abandoned' WHERE run = ? AND state IN ('intended', 'in_doubt')",
            arguments: [run])
    }

    /// A batch and its rows are gone on with as a whole.
    private static func checkIsScript(_ run: Int64, _ row: Row, _ database: Database) throws {
        let batch = row["rows"] as String? == nil ? try Self.batch(of: run, database) : run
        guard let batch else { return }
        throw SpeedPixError(
            .invalidArgument, batch == run ? "run \(run) is a batch" : "run \(run) is a row of the batch \(batch)",
            remedy: "go on with the batch: speedpix batch SCRIPT ROWS --resume=\(batch)")
    }

    /// The batch that a run is a row of; nil if it is none.
    static func batch(of run: Int64, _ database: Database) throws -> Int64? {
        try Int64.fetchOne(database, sql: "SELECT batch FROM batch_row WHERE run = ?", arguments: [run])
    }

    static func row(of run: Int64, endpoint: String, appKey: String, _ database: Database) throws -> Row {
        guard let row = try Row.fetchOne(database, sql: "SELECT * FROM run WHERE id = ?", arguments: [run]) else {
            throw SpeedPixError(.invalidArgument, "there is no run \(run)", remedy: "speedpix runs lists them")
        }
        guard row["endpoint"] == endpoint, row["app_key"] == appKey else {
            throw SpeedPixError(
                .invalidArgument,
                "run \(run) was begun at \(row["endpoint"] as String) with the key \(row["app_key"] as String)",
                remedy: "resume it with the same endpoint and key: what it has paid for is there")
        }
        return row
    }

    /// The newest run of the same script, folder, parameters, endpoint and key that has not ended well, or has left something:
    /// predictions that go on, or creates in doubt. Newest by number, whatever clocks say.
    ///
    /// - Throws: ``SpeedPixError`` `journal_failed`.
    public func newestUnfinished(_ description: RunDescription) throws -> Int64? {
        try database.setUp { try Self.newestUnfinished(description, $0) }
    }

    private static func newestUnfinished(_ description: RunDescription, _ database: Database) throws -> Int64? {
        try Int64.fetchOne(
            database,
            sql: """
                SELECT id FROM run WHERE script = ? AND folder = ? AND parameters = ? AND endpoint = ? AND app_key = ?
                AND rows IS NULL AND NOT EXISTS (SELECT 1 FROM batch_row WHERE batch_row.run = run.id)
                AND (state <> 'succeeded' OR EXISTS (
                    SELECT 1 FROM "create" WHERE run = run.id AND "create".state IN ('intended', 'created', 'in_doubt')))
                ORDER BY id DESC LIMIT 1
                """,
            arguments: [
                description.script, description.folder, try Self.text(description.parameters),
                description.endpoint, description.appKey,
            ])
    }

    /// Keeps a run to this process.
    ///
    /// - Throws: ``SpeedPixError`` `journal_failed` if another process has the run, or the file system has no locks.
    func lock(_ run: Int64) throws -> ProcessLock {
        let path = Self.lockPath(run, in: folder)
        do {
            return try ProcessLock(path: path)
        } catch .held(let holder) {
            throw SpeedPixError(
                .journalFailed, "run \(run) is going on in another process" + (holder.map { " (number \($0))" } ?? ""),
                remedy: "wait for it to end, or stop it")
        } catch .refused(let reason) {
            throw SpeedPixError(
                .journalFailed, "the lock \(path) cannot be had: \(reason)",
                remedy: "name a folder on a local disk with --state")
        }
    }

    /// What is locked by the process that has a run.
    static func lockPath(_ run: Int64, in folder: String) -> String {
        FilePath(folder).appending("run-\(run).lock").string
    }

    static func creates(
        of run: Int64, _ choices: ResumeChoices, _ database: Database
    ) throws -> EarlierCreates {
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT number, position, digest, state, workflow, label, intended, attempt, ended_after, ended_attempt,
                cancel_wanted FROM "create" WHERE run = ? AND state <> 'abandoned' AND NOT superseded ORDER BY number
                """, arguments: [run])
        var creates: [EarlierCreate] = []
        while let row = try rows.next() {
            let state: EarlierCreate.State =
                switch RecordedCreate.State(rawValue: row["state"]) {
                // A process that was killed between the intent and the answer left the intent.
                case .intended, .inDoubt: .inDoubt
                case .created, .succeeded, .canceled: .made
                case .stopped where row["cancel_wanted"]: .made
                case .failed, .stopped, .abandoned, nil: .failed
                }
            creates.append(
                EarlierCreate(
                    number: row["number"], position: (row["position"] as String?).map { CreatePosition(rawValue: $0) },
                    digest: row["digest"], state: state, workflowID: row["workflow"], label: row["label"],
                    intended: row["intended"], attempt: row["attempt"],
                    end: (row["ended_after"] as Int64?).map { (row["ended_attempt"], $0) }))
        }
        for name in choices.madeAgain
        where !creates.contains(where: { $0.label == name || $0.position?.rawValue == name }) {
            throw SpeedPixError(
                .invalidArgument, "run \(run) has nothing with the label or the position \"\(name)\" to make again",
                remedy: "speedpix runs show \(run) lists what it has")
        }
        return EarlierCreates(creates, makesFailedAgain: choices.makesFailedAgain) { create in
            choices.madeAgain.contains { $0 == create.label || $0 == create.position?.rawValue }
        }
    }

    static func unended(of run: Int64, _ database: Database) throws -> [String: RunJournal.NewCreate] {
        let rows = try Row.fetchCursor(
            database, sql: "SELECT prediction, number FROM \"create\" WHERE run = ? AND state = 'created'",
            arguments: [run])
        var creates: [String: RunJournal.NewCreate] = [:]
        while let row = try rows.next() { creates[row["prediction"]] = RunJournal.NewCreate(number: row["number"]) }
        return creates
    }

    static func newest(of run: Int64, _ database: Database) throws -> Int64 {
        try Int64.fetchOne(database, sql: "SELECT MAX(number) FROM \"create\" WHERE run = ?", arguments: [run]) ?? 0
    }

    static func values(of run: Int64, _ database: Database) throws -> [String: JSONValue] {
        var values: [String: JSONValue] = [:]
        let rows = try Row.fetchCursor(
            database, sql: "SELECT name, value FROM value WHERE run = ?", arguments: [run])
        while let row = try rows.next() {
            values[row["name"]] = try? JSONValue(parsing: (row["value"] as String).utf8)
        }
        return values
    }

    static func text(_ parameters: [String: String]) throws -> String {
        try text(JSONValue.object(parameters.mapValues { .string($0) }).withoutSignatures)
    }

    static func text(_ value: JSONValue) throws -> String {
        String(decoding: try value.encoded(), as: UTF8.self)
    }
}
