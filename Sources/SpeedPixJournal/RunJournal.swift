import GRDB
import LocalFiles
import SQLiteStorage
public import SpeedPix
import Synchronization

/// The journal of one run: what it creates is on disk before it is sent, and what attempts before have paid for is given back.
///
/// Of attempts before, a create with the same position and the same identity counts first, and of several the newest that has
/// not failed; else any with the same identity that was not claimed yet, the oldest first. So rows may be added, steps
/// moved and the concurrency changed between attempts.
///
/// One that failed is made again, unless its task or item has gone on to another create after that.
public final class RunJournal: PredictionJournal {
    /// The run's number: the higher, the newer.
    public let run: Int64
    /// 1 for the first, and one more each time it is resumed.
    public let attempt: Int
    /// What its random draws begin with, the same in each attempt.
    public let seed: Int64

    /// Where it lies.
    public let store: JournalStore
    private let database: JournalDatabase
    private let records: RecordReader
    /// Nil for a row of a batch, which is locked as a whole.
    private let lock: ProcessLock?
    private let now: @Sendable () -> Double
    private let state: Mutex<State>
    private let callbacks: ResumeCallbacks
    private let failure = FirstFailure()

    private struct State {
        var next: UInt64 = 0
        var pending: [JournalKey: JournaledCreate] = [:]
        /// Of the newest create that was about to be sent.
        var newest: Int64
        /// Intents that are on disk, by the numbers of their creates.
        var intents: [JournalKey: Int64] = [:]
        var earlier: EarlierCreates
        var values: [String: JSONValue]
        /// Predictions of this run whose end was not noticed.
        var unended: [String: NewCreate]
        /// Files of outputs of attempts before, by their URLs; nil until they are needed.
        var outputs: [String: OutputFileID]?
    }

    /// A create that has become a prediction.
    struct NewCreate: Sendable {
        var number: Int64
        /// Whether the prediction's input is what the intent has.
        var repeatsInput = false
    }

    /// Set when something could not be written down: nothing more is created then. Apart from the run, which ends when its
    /// process does, whatever is still to be written.
    private final class FirstFailure: Sendable {
        private let error = Mutex<SpeedPixError?>(nil)

        func note(_ failure: SpeedPixError) { error.withLock { $0 = $0 ?? failure } }
        func check() throws { if let error = error.withLock({ $0 }) { throw error } }
    }

    init(
        _ store: JournalStore, run: Int64, attempt: Int, seed: Int64, earlier: EarlierCreates = EarlierCreates(),
        values: [String: JSONValue] = [:], unended: [String: NewCreate] = [:], newest: Int64 = 0,
        callbacks: ResumeCallbacks = ResumeCallbacks(), lock: ProcessLock?
    ) {
        self.store = store
        database = store.database
        self.run = run
        self.attempt = attempt
        self.seed = seed
        self.lock = lock
        self.callbacks = callbacks
        now = store.now
        records = RecordReader(store.database, run: run)
        state = Mutex(State(newest: newest, earlier: earlier, values: values, unended: unended))
    }

    /// Predictions of this run whose end was not noticed.
    public var unended: [String] { state.withLock { $0.unended.keys.sorted() } }

    /// Creates of attempts before whose outcome is unknown, and that were not claimed yet.
    public var doubts: [RecordedDoubt] { state.withLock { $0.earlier.doubts }.map(RecordedDoubt.init) }

    /// True: attempts before are looked for, so that files are digested.
    public var identifiesCreates: Bool { true }

    /// - Throws: ``SpeedPixError`` `unknown_outcome` for a create that may have been made by an attempt before.
    public func claim(_ create: JournaledCreate) async throws -> JournalClaim {
        let (claim, key) = state.withLock { state -> (EarlierCreates.Claim, JournalKey) in
            let claim = state.earlier.claim(position: create.position, digest: create.identity?.digest)
            if case .found = claim { return (claim, JournalKey(rawValue: 0)) }
            return (claim, Self.add(create, &state))
        }
        switch claim {
        case .none: return .new(key)
        case .changed(let other):
            if let onChange = callbacks.onChange, let identity = create.identity {
                onChange(create, try differences(identity, from: other))
            }
            return .new(key)
        case .found(let found): return try await recorded(found, create)
        }
    }

    private func differences(_ identity: CreateIdentity, from other: EarlierCreate) throws -> [String] {
        let inputs = try database.read { database in
            try SQLRequest<String>(
                sql: "SELECT inputs FROM \"create\" WHERE run = ? AND number = ?", arguments: [run, other.number],
                cached: true
            ).fetchOne(database)
        }
        guard let inputs, case .object(let members) = try? JSONValue(parsing: inputs.utf8) else { return [] }
        return CreateIdentity(digest: identity.digest, inputs: Self.shortened(identity.inputs)).differences(
            from: CreateIdentity(digest: other.digest ?? "", inputs: members.compactMapValues(\.stringValue)))
    }

    /// A prefix of each input's digest is enough to say which input differs; the digest of the whole decides whether two creates are
    /// the same.
    private static func shortened(_ digests: [String: String]) -> [String: String] {
        digests.mapValues { String($0.prefix(16)) }
    }

    private func recorded(_ found: EarlierCreate, _ create: JournaledCreate) async throws -> JournalClaim {
        guard found.state != .inDoubt else { throw doubt(found, create) }
        do {
            let prediction = try records.prediction(found.number)
            guard try await callbacks.existsAtService?(prediction) == false else { return .recorded(prediction) }
        } catch {
            // It is given out once it can be.
            state.withLock { $0.earlier.release(found) }
            throw error
        }
        // Recorded as abandoned, so that later attempts do not ask the service for it again.
        submitAbandoned(found.number)
        return .new(state.withLock { Self.add(create, &$0) })
    }

    private static func add(_ create: JournaledCreate, _ state: inout State) -> JournalKey {
        state.next += 1
        let key = JournalKey(rawValue: state.next)
        state.pending[key] = create
        return key
    }

    private func doubt(_ found: EarlierCreate, _ create: JournaledCreate) -> SpeedPixError {
        let name = create.label.map { "\($0) (\(create.workflowID))" } ?? create.workflowID
        return SpeedPixError(
            .unknownOutcome, "an attempt before may have created \(name): it ended between sending and the answer",
            remedy: "look in the console whether there is such a prediction, and say so: speedpix runs settle \(run)"
                + " \(found.position.map { "\"\($0)\"" } ?? "\(found.number)") --id ID\(callbacks.commandOptions), or --not-created"
        )
    }

    /// - Throws: ``SpeedPixError`` `journal_failed`.
    public func recordIntent(_ key: JournalKey) async throws {
        try failure.check()
        let intended = state.withLock { state -> (create: JournaledCreate, number: Int64)? in
            guard let create = state.pending[key] else { return nil }
            state.newest += 1
            return (create, state.newest)
        }
        guard let (create, number) = intended else { return }
        let inputs = try create.identity.map { identity in
            try JournalStore.text(.object(Self.shortened(identity.inputs).mapValues { .string($0) }))
        }
        let input = try JournalStore.text(JSONValue.object(create.input).withoutSignatures)
        let (run, attempt, time) = (run, attempt, now())
        try await write { database in
            try database.executeCached(
                sql: """
                    INSERT INTO "create"
                    (run, number, attempt, position, digest, inputs, workflow, label, input, state, intended)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'intended', ?)
                    """,
                arguments: [
                    run, number, attempt, create.position?.rawValue, create.identity?.digest, inputs,
                    create.workflowID, create.label?.withoutSignatures, input, time,
                ])
        }
        state.withLock { $0.intents[key] = number }
    }

    /// Writes what comes after what was submitted: if that has failed, that is the reason.
    private func write(_ operation: @escaping GroupCommitDatabase.Operation) async throws {
        do {
            try await database.write(operation)
        } catch {
            try failure.check()
            throw error
        }
    }

    /// - Throws: ``SpeedPixError`` `journal_failed`.
    public func withdrawIntent(_ key: JournalKey) async throws {
        guard let number = state.withLock({ $0.intents.removeValue(forKey: key) }) else { return }
        let run = run
        try await database.write { database in
            try database.executeCached(
                sql: "DELETE FROM \"create\" WHERE run = ? AND number = ?", arguments: [run, number])
        }
    }

    /// - Throws: ``SpeedPixError`` `journal_failed`; after that nothing more is intended.
    public func recordCreated(_ prediction: Prediction, _ key: JournalKey) async throws {
        let made = state.withLock { state -> (create: NewCreate, sources: [OutputFileID])? in
            guard let create = state.pending.removeValue(forKey: key),
                let number = state.intents.removeValue(forKey: key)
            else { return nil }
            let made = NewCreate(number: number, repeatsInput: prediction.input == create.input)
            state.unended[prediction.id] = made
            return (made, create.sources)
        }
        guard let (made, sources) = made else { return }
        let (run, number, time) = (run, made.number, now())
        do {
            let record = try RecordReader.text(prediction, repeatsInput: made.repeatsInput)
            try await database.write { database in
                try database.executeCached(
                    sql: """
                        UPDATE "create" SET state = 'created', prediction = ?, record = ?, created = ?
                        WHERE run = ? AND number = ?
                        """, arguments: [prediction.id, record, time, run, number])
                for source in sources {
                    try database.executeCached(
                        sql: "INSERT INTO saved (run, prediction, number) VALUES (?, ?, ?)",
                        arguments: [run, source.predictionID, source.number])
                }
            }
        } catch {
            let problem = JournalDatabase.failure(error, database.path)
            failure.note(problem)
            throw problem
        }
    }

    /// - Throws: ``SpeedPixError`` `journal_failed`: what is on disk says the same, since the intent is.
    public func recordInDoubt(_ key: JournalKey, _ error: SpeedPixError) async throws {
        let number = state.withLock { state in
            state.pending[key] = nil
            return state.intents.removeValue(forKey: key)
        }
        guard let number else { return }
        let run = run
        try await database.write { database in
            try database.executeCached(
                sql: "UPDATE \"create\" SET state = 'in_doubt', problem = ? WHERE run = ? AND number = ?",
                arguments: [error.message.withoutSignatures, run, number])
        }
    }

    /// - Throws: ``SpeedPixError`` `journal_failed`.
    public func recordNotMade(_ key: JournalKey) async throws {
        state.withLock { _ = $0.pending.removeValue(forKey: key) }
        try await withdrawIntent(key)
    }

    /// Returns at once: it is written down before any intent that is recorded after it, and a second later at most. What is lost
    /// in a power cut is asked for at the service again.
    public func recordEnded(_ prediction: Prediction, byCaller: Bool) {
        let known = state.withLock { state in
            state.unended.removeValue(forKey: prediction.id).map { (create: $0, newest: state.newest) }
        }
        guard let (create, newest) = known else { return }
        let word =
            prediction.status == .canceled && !byCaller
            ? RecordedCreate.State.stopped.rawValue : prediction.status.rawValue
        let (run, attempt, time, files) = (run, attempt, now(), prediction.files.count)
        submit(mayWait: true) { database in
            try database.executeCached(
                sql: """
                    UPDATE "create" SET state = CASE WHEN cancel_wanted AND ?1 = 'stopped' THEN 'canceled' ELSE ?1 END,
                    record = ?2, ended = ?3, files = ?4, ended_attempt = ?5, ended_after = ?6
                    WHERE run = ?7 AND number = ?8 AND state = 'created'
                    """,
                arguments: [
                    word, try RecordReader.text(prediction, repeatsInput: create.repeatsInput), time, files, attempt,
                    newest, run, create.number,
                ])
        }
    }

    /// Returns at once; it is written down before any intent that is recorded after it.
    public func recordCancelWanted(_ predictionID: String) {
        let (run, number) = (run, state.withLock { $0.unended[predictionID]?.number })
        submit { database in
            if let number {
                try database.executeCached(
                    sql: "UPDATE \"create\" SET cancel_wanted = 1 WHERE run = ? AND number = ?",
                    arguments: [run, number])
            } else {
                // Its end was noticed already, as of one whose wait was given up: rare enough to look through the run.
                try database.executeCached(
                    sql: "UPDATE \"create\" SET cancel_wanted = 1 WHERE run = ? AND prediction = ?",
                    arguments: [run, predictionID])
            }
        }
    }

    /// The service does not know it any more, so that the next attempt must not ask for it.
    public func recordGone(_ predictionID: String) {
        guard let create = state.withLock({ $0.unended.removeValue(forKey: predictionID) }) else { return }
        submitAbandoned(create.number)
    }

    private func submitAbandoned(_ number: Int64) {
        let run = run
        submit { database in
            try database.executeCached(
                sql: "UPDATE \"create\" SET state = 'abandoned' WHERE run = ? AND number = ?",
                arguments: [run, number])
        }
    }

    /// Writes without a wait. What cannot be written keeps creates that come after it from being sent.
    func submit(mayWait: Bool = false, _ operation: @escaping GroupCommitDatabase.Operation) {
        database.submit(mayWait: mayWait, operation) { [failure] result in
            if case .failure(let problem) = result { failure.note(problem) }
        }
    }

    // MARK: Files

    /// - Throws: ``SpeedPixError`` `journal_failed`.
    public func recordSaved(_ file: SavedFile) async throws {
        let run = run
        try await database.write { database in
            try database.executeCached(
                sql: """
                    INSERT INTO saved (run, prediction, number, path, size, version, digest) VALUES (?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    run, file.output.predictionID, file.output.number, file.path, file.size, file.version, file.digest,
                ])
        }
    }

    /// Returns at once; it is written down a second later at most. A power cut before that leaves the file counted as unsaved.
    public func recordUsed(_ output: OutputFileID) {
        let run = run
        submit(mayWait: true) { database in
            try database.executeCached(
                sql: """
                    INSERT INTO saved (run, prediction, number) SELECT ?1, ?2, ?3
                    WHERE NOT EXISTS (SELECT 1 FROM saved WHERE prediction = ?2 AND number = ?3)
                    """, arguments: [run, output.predictionID, output.number])
        }
    }

    /// - Throws: ``SpeedPixError`` `journal_failed`.
    public func savedFiles(_ output: OutputFileID) async throws -> [SavedFile] {
        try database.read { database in
            try SQLRequest<Row>(
                sql: """
                    SELECT path, size, version, digest FROM saved
                    WHERE prediction = ? AND number = ? AND path IS NOT NULL ORDER BY id
                    """, arguments: [output.predictionID, output.number], cached: true
            ).fetchAll(database).map { row in
                SavedFile(
                    output: output, path: row["path"], size: row["size"], version: row["version"],
                    digest: row["digest"])
            }
        }
    }

    /// Files of outputs that attempts before have had, whether or not this one has come upon their creates.
    ///
    /// - Throws: ``SpeedPixError`` `journal_failed`.
    public func outputFileID(of url: String) async throws -> OutputFileID? {
        guard attempt > 1 else { return nil }
        if let outputs = state.withLock({ $0.outputs }) { return outputs[url] }
        let run = run
        let outputs = try database.read { database in
            var outputs: [String: OutputFileID] = [:]
            let records = try String.fetchCursor(
                database, sql: "SELECT record FROM \"create\" WHERE run = ? AND files > 0 ORDER BY number",
                arguments: [run])
            while let record = try records.next() {
                guard let value = try? JSONValue(parsing: record.utf8), let prediction = Prediction(record: value)
                else { continue }
                for (number, file) in prediction.files.enumerated() where outputs[file.url] == nil {
                    outputs[file.url] = OutputFileID(predictionID: prediction.id, number: number)
                }
            }
            return outputs
        }
        state.withLock { $0.outputs = outputs }
        return outputs[url]
    }

    // MARK: Values

    /// What an attempt before, or this one, has kept.
    public func value(_ name: String) -> JSONValue? { state.withLock { $0.values[name] } }

    /// A value that cannot be written down keeps creates that come after it from being sent.
    public func keep(_ value: JSONValue, _ name: String) {
        state.withLock { $0.values[name] = value }
        let run = run
        submit(mayWait: true) { database in
            try database.executeCached(
                sql: "INSERT OR REPLACE INTO value (run, name, value) VALUES (?, ?, ?)",
                arguments: [run, name, try JournalStore.text(value)])
        }
    }

    /// - Throws: ``SpeedPixError`` `journal_failed`.
    public func flush() async throws {
        // Comes after what was submitted before.
        try await database.write { _ in }
        try failure.check()
    }

    // MARK: The end

    /// The run is over; one that ended well is finished if nothing of it goes on.
    ///
    /// - Throws: ``SpeedPixError`` `journal_failed`.
    public func end(succeeded: Bool) async throws {
        let (run, time, word) = (run, now(), succeeded ? "succeeded" : "failed")
        try await database.write { database in
            try database.executeCached(
                sql: "UPDATE run SET state = ?, ended = ? WHERE id = ?", arguments: [word, time, run])
        }
        lock?.release()
    }
}
