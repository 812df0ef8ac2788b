import Crypto
import GRDB
import LocalFiles
import SQLiteStorage
public import SpeedPix
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The journal of a batch: one run for each of its rows, known by the row's key.
///
/// A row's run has the row's creates, so that another row never takes what this one has paid for, and memory does not grow with the
/// rows. It is locked as a whole.
public final class BatchJournal: Sendable {
    /// The batch's number among the runs.
    public let run: Int64
    /// 1 for the first, and one more each time it is resumed.
    public let attempt: Int
    /// What the random draws of its rows are made of, the same in each attempt.
    public let seed: Int64
    /// Where it lies.
    public let store: JournalStore

    let database: JournalDatabase
    private let description: RunDescription
    private let choices: ResumeChoices
    private let callbacks: ResumeCallbacks
    private let lock: ProcessLock
    private let numbers: RunNumbers

    init(
        _ store: JournalStore, run: Int64, attempt: Int, seed: Int64, _ description: RunDescription,
        choices: ResumeChoices = ResumeChoices(), callbacks: ResumeCallbacks = ResumeCallbacks(), lock: ProcessLock
    ) {
        self.store = store
        database = store.database
        self.run = run
        self.attempt = attempt
        self.seed = seed
        self.description = description
        self.choices = choices
        self.callbacks = callbacks
        self.lock = lock
        numbers = RunNumbers(store.database)
    }

    /// Why something could not be written; nil while everything could be.
    public var writeProblem: SpeedPixError? { database.writeProblem }

    /// What attempts before have left of its rows.
    public var reader: BatchReader { BatchReader(run: run, seed: seed, store: store) }

    /// Begins an attempt of a row: one that is new leaves no trace before its first create, or its end.
    ///
    /// - Parameters:
    ///   - recorded: As ``BatchReader/row(_:)`` gave it.
    ///   - parameters: The row's values.
    ///   - paysAnew: Whether nothing that it has paid for is used.
    /// - Throws: ``SpeedPixError`` `journal_failed`.
    public func begin(
        _ key: String, _ recorded: RecordedRow?, parameters: [String: String], paysAnew: Bool = false
    ) async throws -> RowJournal {
        let seed = Self.seed(of: key, in: seed)
        var description = description
        (description.rows, description.rowKey) = (nil, nil)
        description.parameters = parameters
        description.command = []
        guard let recorded else {
            return RowJournal(key: key, seed: seed) { [self, description] in
                try insert(key, description, seed: seed)
            }
        }
        return RowJournal(
            key: key, seed: seed, opened: try await resume(recorded.run, seed: seed, paysAnew: paysAnew))
    }

    /// Begins a take of a row by a worker of a queue: it has nothing of takes before, and leaves no trace before its first create.
    ///
    /// - Parameters:
    ///   - take: By what it is distinguished from the row's other takes.
    ///   - parameters: The row's values.
    package func beginTake(_ take: RowTake, parameters: [String: String]) -> RowJournal {
        let seed = Self.seed(of: take.row, in: seed)
        var description = description
        (description.rows, description.rowKey) = (nil, nil)
        description.parameters = parameters
        description.command = []
        return RowJournal(key: take.row, seed: seed) { [self, description] in
            try insert(take.text, description, seed: seed)
        }
    }

    /// What the random draws of a row begin with: the same in each attempt, whatever rows stand around it.
    ///
    /// - Parameter seed: The batch's.
    public static func seed(of key: String, in seed: Int64) -> Int64 {
        let digest = SHA256.hash(data: Array("\(seed) \(key)".utf8))
        // Not negative, as those that runs draw.
        return digest.prefix(7).reduce(0) { $0 << 8 | Int64($1) }
    }

    /// Written with the first create of the row, in the same commit.
    private func insert(_ key: String, _ description: RunDescription, seed: Int64) throws -> RunJournal {
        let number = try numbers.next()
        let (batch, time) = (run, store.now())
        let journal = RunJournal(store, run: number, attempt: 1, seed: seed, callbacks: callbacks, lock: nil)
        journal.submit { database in
            try JournalStore.insert(description, id: number, seed: seed, started: time, database)
            try database.executeCached(
                sql: "INSERT INTO batch_row (run, batch, key) VALUES (?, ?, ?)", arguments: [number, batch, key])
        }
        return journal
    }

    /// Of what the writer's thread has read.
    private final class Opened: Sendable {
        let journal = Mutex<RunJournal?>(nil)
    }

    /// In the next transaction: rows that begin together share one.
    private func resume(_ run: Int64, seed: Int64, paysAnew: Bool) async throws -> RunJournal {
        let opened = Opened()
        try await database.write { [self] database in
            let journal = try open(run, seed: seed, paysAnew: paysAnew, database)
            opened.journal.withLock { $0 = journal }
        }
        guard let journal = opened.journal.withLock({ $0 }) else { throw Self.noRow(run) }
        return journal
    }

    private func open(_ run: Int64, seed: Int64, paysAnew: Bool, _ database: Database) throws -> RunJournal {
        try JournalStore.beginAttempt(of: run, database)
        // Not done again before its end is written down, whatever becomes of the values and files meanwhile.
        try database.executeCached(sql: "UPDATE batch_row SET digest = NULL WHERE run = ?", arguments: [run])
        if paysAnew {
            try JournalStore.abandonDoubts(of: run, database)
            // Their files can still be listed and downloaded.
            try database.executeCached(sql: "UPDATE \"create\" SET superseded = 1 WHERE run = ?", arguments: [run])
        } else if choices.makesDoubtsAgain {
            try JournalStore.abandonDoubts(of: run, database)
        }
        let attempts = try Int.fetchOne(database, sql: "SELECT attempts FROM run WHERE id = ?", arguments: [run])
        return RunJournal(
            store, run: run, attempt: attempts ?? 1, seed: seed,
            earlier: try JournalStore.creates(
                of: run, ResumeChoices(makesFailedAgain: choices.makesFailedAgain), database),
            values: try JournalStore.values(of: run, database),
            unended: try JournalStore.unended(of: run, database),
            newest: try JournalStore.newest(of: run, database), callbacks: callbacks, lock: nil)
    }

    private static func noRow(_ run: Int64) -> SpeedPixError {
        SpeedPixError(.journalFailed, "the journal has no row \(run)", remedy: "begin the row again")
    }

    /// Rows that are to be done again: from now on other rows may have the paths under which these have saved files.
    ///
    /// - Parameter runs: As ``RecordedRow/run`` has them.
    /// - Throws: ``SpeedPixError`` `journal_failed`.
    public func releaseNames(of runs: [Int64]) async throws {
        guard !runs.isEmpty else { return }
        try await database.write { database in
            for run in runs {
                try database.executeCached(
                    sql: "UPDATE saved_name SET held = 0 WHERE run = ? AND held", arguments: [run])
            }
        }
    }

    /// An attempt of a row has ended. It is on disk when this returns.
    ///
    /// - Parameters:
    ///   - digest: Of its values and its script.
    ///   - files: What it looked at, by its paths, with what distinguishes one state of it from another.
    ///   - names: The paths under which it has saved files, as bytes, with what each is, for messages.
    ///   - result: What came out of it.
    /// - Throws: ``SpeedPixError`` `journal_failed`.
    public func finish(
        _ row: RowJournal, digest: String, files: [String: String], names: [[UInt8]: String] = [:], result: JSONValue,
        succeeded: Bool
    ) async throws {
        let journal = try row.begun()
        let (batch, run, time, word) = (self.run, journal.run, store.now(), succeeded ? "succeeded" : "failed")
        let fileText = try JournalStore.text(.object(files.mapValues { .string($0) }))
        let resultText = try JournalStore.text(result.withoutSignatures)
        try await database.write { database in
            try database.executeCached(
                sql: "UPDATE run SET state = ?, ended = ? WHERE id = ?", arguments: [word, time, run])
            try database.executeCached(
                sql: "UPDATE batch_row SET digest = ?, files = ?, result = ? WHERE run = ?",
                arguments: [digest, fileText, resultText, run])
            guard database.changesCount == 1 else { throw Self.noRow(run) }
            try database.executeCached(sql: "DELETE FROM saved_name WHERE run = ? AND NOT held", arguments: [run])
            for (path, name) in names {
                try database.executeCached(
                    sql: "INSERT OR REPLACE INTO saved_name (batch, path, run, name) VALUES (?, ?, ?, ?)",
                    arguments: [batch, Data(path), run, name])
            }
        }
    }

    /// Waits until all that was submitted is on the disk.
    ///
    /// - Throws: ``SpeedPixError`` `journal_failed`.
    public func flush() async throws { try await database.write { _ in } }

    /// The batch is over.
    ///
    /// - Throws: ``SpeedPixError`` `journal_failed`.
    public func end(succeeded: Bool) async throws {
        let (run, time, word) = (run, store.now(), succeeded ? "succeeded" : "failed")
        try await database.write { database in
            try database.executeCached(
                sql: "UPDATE run SET state = ?, ended = ? WHERE id = ?", arguments: [word, time, run])
        }
        lock.release()
    }
}
