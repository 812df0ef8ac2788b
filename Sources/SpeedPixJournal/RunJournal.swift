import GRDB
import SQLiteStorage
public import SpeedPix
import Synchronization

/// The journal of one run: what it creates is on disk before it is sent, and what attempts before have paid for is given back.
///
/// Of attempts before, a create with the same position and the same identity counts first, and of several the newest that has
/// not failed; else any with the same identity that nobody has claimed, the oldest first. So rows may be added, steps moved and
/// the concurrency changed between attempts.
public final class RunJournal: PredictionJournal {
    /// The run's number: the higher, the newer.
    public let run: Int64
    /// 1 for the first, and one more each time it is resumed.
    public let attempt: Int
    /// What its random draws begin with, the same in each attempt.
    public let seed: Int64

    private let database: JournalDatabase
    private let lock: ProcessLock
    private let now: @Sendable () -> Double
    private let state: Mutex<State>

    private struct State {
        var next: UInt64 = 0
        var pending: [JournalKey: JournaledCreate] = [:]
        /// Intents that are on disk.
        var rows: [JournalKey: Int64] = [:]
        var earlier: EarlierCreates
        /// Set when an id could not be written down: nothing more is created then.
        var failure: SpeedPixError?
    }

    init(
        _ database: JournalDatabase, run: Int64, attempt: Int, seed: Int64, earlier: EarlierCreates, lock: ProcessLock,
        now: @escaping @Sendable () -> Double
    ) {
        self.database = database
        self.run = run
        self.attempt = attempt
        self.seed = seed
        self.lock = lock
        self.now = now
        state = Mutex(State(earlier: earlier))
    }

    /// Creates of attempts before whose outcome nobody knows, and that were not claimed yet.
    public var doubts: [RecordedDoubt] { state.withLock { $0.earlier.doubts } }

    /// True: attempts before are looked for, so that files are digested.
    public var identifiesCreates: Bool { true }

    /// - Throws: ``SpeedPixError`` `unknown_outcome` for a create that may have been made by an attempt before.
    public func claim(_ create: JournaledCreate) async throws -> JournalClaim {
        let (found, key) = state.withLock { state -> (EarlierCreate?, JournalKey) in
            if let identity = create.identity,
                let found = state.earlier.take(position: create.position, digest: identity.digest)
            {
                return (found, JournalKey(rawValue: 0))
            }
            state.next += 1
            let key = JournalKey(rawValue: state.next)
            state.pending[key] = create
            return (nil, key)
        }
        guard let found else { return .new(key) }
        guard found.state != .inDoubt else { throw Self.doubt(found, create) }
        let record = try await database.read { database in
            try String.fetchOne(database, sql: "SELECT record FROM \"create\" WHERE id = ?", arguments: [found.row])
        }
        guard let record, let value = try? JSONValue(parsing: record.utf8), let prediction = Prediction(record: value)
        else {
            throw SpeedPixError(
                .journalFailed, "the journal's record \(found.row) of run \(run) cannot be read",
                remedy: "begin a new run, or set the journal aside")
        }
        return .recorded(prediction)
    }

    private static func doubt(_ found: EarlierCreate, _ create: JournaledCreate) -> SpeedPixError {
        let name = create.label.map { "\($0) (\(create.workflowID))" } ?? create.workflowID
        return SpeedPixError(
            .unknownOutcome, "an attempt before may have created \(name): it ended between sending and the answer",
            remedy: "look in the console whether there is such a prediction, and say so with speedpix runs settle")
    }

    /// - Throws: ``SpeedPixError`` `journal_failed`.
    public func recordIntent(_ key: JournalKey) async throws {
        let (create, failure) = state.withLock { ($0.pending[key], $0.failure) }
        if let failure { throw failure }
        guard let create else { return }
        let inputs = try create.identity.map { try Self.text(.object($0.inputs.mapValues { .string($0) })) }
        let input = try Self.text(JSONValue.object(create.input).withoutSignatures)
        let (run, attempt, time) = (run, attempt, now())
        let row = Mutex<Int64?>(nil)
        try await database.write { database in
            try database.execute(
                sql: """
                    INSERT INTO "create" (run, attempt, position, digest, inputs, workflow, label, input, state, intended)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'intended', ?)
                    """,
                arguments: [
                    run, attempt, create.position?.rawValue, create.identity?.digest, inputs, create.workflowID,
                    create.label, input, time,
                ])
            row.withLock { $0 = database.lastInsertedRowID }
        }
        state.withLock { $0.rows[key] = row.withLock { $0 } }
    }

    /// - Throws: ``SpeedPixError`` `journal_failed`.
    public func withdrawIntent(_ key: JournalKey) async throws {
        guard let row = state.withLock({ $0.rows.removeValue(forKey: key) }) else { return }
        try await database.write { database in
            try database.execute(sql: "DELETE FROM \"create\" WHERE id = ?", arguments: [row])
        }
    }

    /// - Throws: ``SpeedPixError`` `journal_failed`; after that nothing more is intended.
    public func recordCreated(_ prediction: Prediction, _ key: JournalKey) async throws {
        let row = state.withLock { state in
            state.pending[key] = nil
            return state.rows.removeValue(forKey: key)
        }
        guard let row else { return }
        let time = now()
        do {
            let record = try Self.text(prediction.record)
            try await database.write { database in
                try database.execute(
                    sql:
                        "UPDATE \"create\" SET state = 'created', prediction = ?, record = ?, created = ? WHERE id = ?",
                    arguments: [prediction.id, record, time, row])
            }
        } catch {
            let failure = JournalDatabase.failure(error, database.path)
            state.withLock { $0.failure = $0.failure ?? failure }
            throw failure
        }
    }

    /// - Throws: ``SpeedPixError`` `journal_failed`: what is on disk says the same, since the intent is.
    public func recordInDoubt(_ key: JournalKey, _ error: SpeedPixError) async throws {
        let row = state.withLock { state in
            state.pending[key] = nil
            return state.rows.removeValue(forKey: key)
        }
        guard let row else { return }
        try await database.write { database in
            try database.execute(
                sql: "UPDATE \"create\" SET state = 'in_doubt', problem = ? WHERE id = ?",
                arguments: [error.message, row])
        }
    }

    /// - Throws: ``SpeedPixError`` `journal_failed`.
    public func recordNotMade(_ key: JournalKey) async throws {
        state.withLock { _ = $0.pending.removeValue(forKey: key) }
        try await withdrawIntent(key)
    }

    /// - Throws: ``SpeedPixError`` `journal_failed`.
    public func recordEnded(_ prediction: Prediction) async throws {
        let record = try Self.text(prediction.record)
        let (run, time) = (run, now())
        try await database.write { database in
            try database.execute(
                sql: """
                    UPDATE "create" SET state = ?, record = ?, ended = ?
                    WHERE run = ? AND prediction = ? AND state IN ('created', 'in_doubt')
                    """,
                arguments: [prediction.status.rawValue, record, time, run, prediction.id])
        }
    }

    /// The run is over; one that ended well is finished if nothing of it goes on.
    ///
    /// - Throws: ``SpeedPixError`` `journal_failed`.
    public func end(succeeded: Bool) async throws {
        let (run, time, word) = (run, now(), succeeded ? "succeeded" : "failed")
        try await database.write { database in
            try database.execute(
                sql: "UPDATE run SET state = ?, ended = ? WHERE id = ?", arguments: [word, time, run])
        }
        lock.release()
    }

    private static func text(_ value: JSONValue) throws -> String {
        String(decoding: try value.encoded(), as: UTF8.self)
    }
}

/// A create of an attempt before whose outcome nobody knows.
public struct RecordedDoubt: Sendable, Hashable {
    /// The journal's number of it.
    public let number: Int64
    /// Where in the run it stood.
    public let position: CreatePosition?
    /// The workflow's id.
    public let workflowID: String
    /// What the script called it.
    public let label: String?
    /// When it was about to be sent, in seconds since 1970.
    public let time: Double
}
