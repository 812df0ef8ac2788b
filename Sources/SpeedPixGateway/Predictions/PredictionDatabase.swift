import GRDB
import SQLiteStorage
import SpeedPix
import Synchronization
import SystemPackage

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The gateway's predictions in a database: what was accepted, and how it ended.
///
/// A call that writes returns when the disk has it. The file is made by the first of them.
final class PredictionDatabase: Sendable {
    /// The file's name in the data folder.
    static let filename = "gateway.sqlite"

    let path: String
    private let beforeCommit: (@Sendable () throws -> Void)?
    private let state = Mutex(State())

    private struct State {
        var database: GroupCommitDatabase?
        var isClosed = false
    }

    /// Opens the file if there is one.
    ///
    /// - Parameter beforeCommit: As ``GatewayConfiguration/beforeCommit``.
    /// - Throws: ``StorageError`` for one that is damaged, or of a newer version.
    init(folder: FilePath, beforeCommit: (@Sendable () throws -> Void)? = nil) throws(StorageError) {
        path = folder.appending(Self.filename).string
        self.beforeCommit = beforeCommit
        _ = try existing()
    }

    /// From now on every call fails: the file may be another gateway's.
    func close() async {
        let database = state.withLock { state -> GroupCommitDatabase? in
            defer { state = State(database: nil, isClosed: true) }
            return state.database
        }
        await database?.close()
    }

    // MARK: Predictions

    /// Writes down a prediction that waits.
    ///
    /// - Parameters:
    ///   - owner: The application key of the call that created it.
    ///   - seeds: What was drawn for it.
    ///   - label: As the console shows it.
    ///   - nonce: That call's, which the next gateway must know as soon as it knows the prediction.
    /// - Returns: Its number: the higher, the later it came.
    /// - Throws: ``StorageError``: it may not be begun.
    func add(
        _ id: String, workflow: String, version: String, _ inputs: StoredInputs, seeds: [SeedValue] = [], created: Date,
        owner: String, label: String? = nil, nonce: UsedNonce?
    ) async throws(StorageError) -> Int {
        let number = Mutex<Int64>(0)
        do {
            let (text, files, drawn) = try (inputs.encoded(), inputs.encodedFiles(), SeedValue.encoded(seeds))
            let searched = PredictionText(id: id, workflow: workflow, label: label, inputs: inputs)
            try await database().write { database in
                try database.execute(
                    sql: """
                        INSERT INTO prediction
                        (id, workflow, version, inputs, input_files, seeds, status, created, owner, label)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        id, workflow, version, text, files, drawn, PredictionRecord.Status.waiting.rawValue,
                        created.timeIntervalSince1970, owner, label,
                    ])
                let row = database.lastInsertedRowID
                try searched.insert(row, into: database)
                number.withLock { $0 = row }
                if let nonce { try nonce.insert(into: database) }
            }
        } catch {
            throw failure("write a prediction into", error)
        }
        return Int(number.withLock { $0 })
    }

    /// Writes down how a prediction has ended. Its inputs stay, to be shown and run again; the files among them are not needed
    /// any more.
    ///
    /// - Throws: ``StorageError``: the next gateway begins it again.
    func end(_ record: PredictionRecord) async throws(StorageError) {
        do {
            let outputs = try Self.text(.object(record.outputs.mapValues(\.json)))
            let info = try record.info.map(Self.text)
            try await database().write { database in
                try database.execute(
                    sql: """
                        UPDATE prediction SET input_files = '[]', status = ?, outputs = ?, info = ?,
                        failure = ?, began = ?, ended = ?, duration = ? WHERE id = ?
                        """,
                    arguments: [
                        record.status.rawValue, outputs, info, record.failure, record.began?.timeIntervalSince1970,
                        record.ended?.timeIntervalSince1970, record.duration.map { $0 / .seconds(1) }, record.id,
                    ])
                try StoredInputs.shorten(of: record.id, in: database)
            }
        } catch {
            throw failure("write the end of a prediction into", error)
        }
    }

    /// A prediction by its id.
    ///
    /// - Throws: ``StorageError``, also for a row that makes no sense.
    func find(_ id: String) async throws(StorageError) -> StoredPrediction? {
        try await read { database in
            try Row.fetchOne(database, sql: StoredPrediction.selection + " WHERE id = ?", arguments: [id])
                .map { try StoredPrediction($0) }
        }
    }

    /// The ids of those that have not ended, in the order in which they came.
    ///
    /// - Parameter date: If given, only those that came before.
    func unfinished(createdBefore date: Date = .distantFuture) async throws(StorageError) -> [String] {
        try await read { database in
            try String.fetchAll(
                database,
                sql: "SELECT id FROM prediction WHERE ended IS NULL AND created < ? ORDER BY number",
                arguments: [date.timeIntervalSince1970])
        } ?? []
    }

    /// Ends predictions that no gateway has resumed.
    func fail(_ ids: [String], because reason: String, at date: Date) async throws(StorageError) {
        guard !ids.isEmpty else { return }
        do {
            try await database().write { database in
                for id in ids {
                    try database.execute(
                        sql: """
                            UPDATE prediction SET input_files = '[]', status = ?, outputs = '{}',
                            failure = ?, ended = ? WHERE id = ? AND ended IS NULL
                            """,
                        arguments: [
                            PredictionRecord.Status.failed.rawValue, reason, date.timeIntervalSince1970, id,
                        ])
                    try StoredInputs.shorten(of: id, in: database)
                }
            }
        } catch {
            throw failure("write the end of a prediction into", error)
        }
    }

    // MARK: Sweeping

    /// The files that unfinished predictions will read, and those that published workflows have.
    func neededFiles() async throws(StorageError) -> Set<ObjectKey> {
        let lists = try await read { database in
            try String.fetchAll(database, sql: "SELECT input_files FROM prediction WHERE ended IS NULL")
        }
        let published = try await read { database in
            try String.fetchAll(database, sql: "SELECT files FROM version WHERE files IS NOT NULL")
        }
        let examples = try await read { database in
            try String.fetchAll(database, sql: "SELECT example FROM version WHERE example IS NOT NULL")
        }
        return Set((lists ?? []).flatMap(StoredInputs.files))
            .union((published ?? []).flatMap(PublishedFile.keys))
            .union((examples ?? []).flatMap(PublishedFile.exampleKeys))
    }

    /// Forgets predictions that ended before a date, and the oldest of those that are too many.
    ///
    /// - Returns: The files that they have given.
    func removeEnded(before date: Date, keeping most: Int) async throws(StorageError) -> [ObjectKey] {
        let removed = Mutex<[ObjectKey]>([])
        do {
            try await database().write { database in
                let condition = """
                    ended < ? OR number IN (
                        SELECT number FROM prediction WHERE ended IS NOT NULL ORDER BY ended DESC, number DESC
                        LIMIT -1 OFFSET ?)
                    """
                let arguments: StatementArguments = [date.timeIntervalSince1970, most]
                let outputs = try String?.fetchAll(
                    database, sql: "SELECT outputs FROM prediction WHERE \(condition)", arguments: arguments)
                try database.execute(sql: "DELETE FROM prediction WHERE \(condition)", arguments: arguments)
                removed.withLock { $0 = outputs.compactMap { $0 }.flatMap(StoredPrediction.files) }
            }
        } catch {
            throw failure("forget predictions in", error)
        }
        return removed.withLock { $0 }
    }

    /// When old files were last looked for.
    func lastSweep() async throws(StorageError) -> Date? {
        try await read { try Double.fetchOne($0, sql: "SELECT swept FROM sweep") }
            .map { Date(timeIntervalSince1970: $0) }
    }

    /// Nonces that have expired are forgotten with it.
    func noteSweep(_ date: Date) async throws(StorageError) {
        do {
            try await database().write { database in
                try database.execute(
                    sql: "INSERT OR REPLACE INTO sweep (id, swept) VALUES (1, ?)",
                    arguments: [date.timeIntervalSince1970])
                try UsedNonce.removeExpired(at: date, from: database)
            }
        } catch {
            throw failure("write into", error)
        }
    }

    // MARK: The file

    /// Nil if nothing was ever written.
    private func existing() throws(StorageError) -> GroupCommitDatabase? {
        if let database = state.withLock({ $0.database }) { return database }
        return FileManager.default.fileExists(atPath: path) ? try database() : nil
    }

    func database() throws(StorageError) -> GroupCommitDatabase {
        do {
            return try state.withLock { state in
                if let database = state.database { return database }
                guard !state.isClosed else {
                    throw StorageError(action: "open \(path)", reason: "the gateway has ended")
                }
                let database = try GroupCommitDatabase(
                    path: path, label: "speedpix gateway", migrator: PredictionSchema.migrator,
                    beforeCommit: beforeCommit)
                state.database = database
                return database
            }
        } catch {
            throw failure("open", error)
        }
    }

    /// - Returns: Nil if nothing was ever written.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value?
    ) async throws(StorageError) -> Value? {
        guard let database = try existing() else { return nil }
        do {
            return try await database.read(body)
        } catch {
            throw failure("read", error)
        }
    }

    /// The same beside what is written, for what takes longer than a few rows: no create waits for it.
    ///
    /// - Returns: Nil if nothing was ever written.
    func readBeside<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StorageError) -> Value? {
        guard let database = try existing() else { return nil }
        do {
            return try await database.readBeside(body)
        } catch {
            throw failure("read", error)
        }
    }

    func failure(_ action: String, _ error: any Error) -> StorageError {
        if let error = error as? StorageError { return error }
        return StorageError(action: "\(action) \(path)", problem: DatabaseProblem(error))
    }

    static func text(_ value: JSONValue) throws -> String {
        String(decoding: try value.encoded(), as: UTF8.self)
    }
}

extension StorageError {
    /// - Parameter action: With the database's path.
    fileprivate init(action: String, problem: DatabaseProblem) {
        switch problem {
        case .full: self.init(action: action, reason: "the disk is full")
        case .damaged:
            self.init(
                .damaged, action: action, reason: "it is damaged or not a gateway's database",
                remedy: "set it aside under another name, and a new one is begun; --local=fresh does without it")
        case .newer:
            self.init(
                .damaged, action: action, reason: "a newer speedpix has written it",
                remedy: "update speedpix; --local=fresh does without it")
        case .held: self.init(.held, action: action, reason: "another process holds it")
        case .unwritable: self.init(action: action, reason: "it may not be written")
        case .refused: self.init(action: action, reason: "the disk, or its file system, refuses it")
        case .other(let words): self.init(action: action, reason: words)
        }
    }
}
