import Dispatch
import GRDB
import SpeedPix
import Synchronization
import SystemPackage

/// The journal's file: SQLite, written by one thread, many writes in one transaction.
///
/// A write has reached the disk when ``write(_:)`` returns (`synchronous=FULL`; on macOS `fullfsync`). Writes that come while one
/// transaction is committed share the next one.
final class JournalDatabase: Sendable {
    typealias Operation = @Sendable (Database) throws -> Void

    private struct Pending {
        var operation: Operation
        var finish: @Sendable (Result<Void, any Error>) -> Void
    }

    private struct State {
        var pending: [Pending] = []
        var isDraining = false
        var commits = 0
    }

    let path: String
    private let database: DatabaseQueue
    private let queue = DispatchQueue(label: "speedpix.journal")
    private let state = Mutex(State())

    /// How long another process may hold the file, in seconds.
    private static let patience = 10.0

    /// Opens the file, or makes it, readable for its owner only, and brings it up to date.
    ///
    /// - Throws: ``SpeedPixError`` `journal_failed`: it cannot be written, is no journal, or is one of a newer version.
    init(path: String) throws {
        self.path = path
        do {
            try Self.makePrivate(path)
            var configuration = GRDB.Configuration()
            configuration.label = "speedpix journal"
            configuration.journalMode = .wal
            configuration.busyMode = .timeout(Self.patience)
            configuration.prepareDatabase { database in
                try database.execute(sql: "PRAGMA synchronous = FULL")
                try database.execute(sql: "PRAGMA fullfsync = ON")
            }
            database = try DatabaseQueue(path: path, configuration: configuration)
            try JournalSchema.migrate(database)
        } catch {
            throw Self.failure(error, path)
        }
    }

    /// SQLite gives the files beside it the same mode.
    private static func makePrivate(_ path: String) throws {
        let file = try FileDescriptor.open(
            FilePath(path), .readWrite, options: [.create, .closeOnExec], permissions: [.ownerReadWrite])
        try file.close()
    }

    /// How many transactions were committed; for tests and figures.
    var commits: Int { state.withLock { $0.commits } }

    /// Does something in the next transaction. The calling task's cancellation has no effect on it.
    ///
    /// - Throws: ``SpeedPixError`` `journal_failed`; what the operation throws, which is undone alone.
    func write(_ operation: @escaping Operation) async throws {
        try await withCheckedThrowingContinuation { continuation in
            submit(operation) { continuation.resume(with: $0) }
        }
    }

    /// The same without a wait. What is submitted first is done first.
    ///
    /// - Parameter finish: Called on the writer's thread.
    func submit(_ operation: @escaping Operation, _ finish: @escaping @Sendable (Result<Void, any Error>) -> Void) {
        let mustDrain = state.withLock { state in
            state.pending.append(Pending(operation: operation, finish: finish))
            defer { state.isDraining = true }
            return !state.isDraining
        }
        if mustDrain { queue.async { self.drain() } }
    }

    /// Reads on the writer's thread.
    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            return try await withCheckedThrowingContinuation { continuation in
                queue.async { continuation.resume(with: Result { try self.database.read(body) }) }
            }
        } catch {
            throw Self.failure(error, path)
        }
    }

    /// The prediction that a create has become.
    func record(of create: EarlierCreate, run: Int64) async throws -> Prediction {
        let record = try await read { database in
            try String.fetchOne(database, sql: "SELECT record FROM \"create\" WHERE id = ?", arguments: [create.row])
        }
        guard let record, let value = try? JSONValue(parsing: record.utf8), let prediction = Prediction(record: value)
        else {
            throw SpeedPixError(
                .journalFailed, "the journal's record \(create.row) of run \(run) cannot be read",
                remedy: "begin a new run, or set the journal aside")
        }
        return prediction
    }

    /// Reads and writes before anything else does, as when a run begins.
    func setUp<Value>(_ body: (Database) throws -> Value) throws -> Value {
        do {
            return try database.write(body)
        } catch {
            throw Self.failure(error, path)
        }
    }

    private func drain() {
        while true {
            let batch = state.withLock { state -> [Pending] in
                if state.pending.isEmpty { state.isDraining = false }
                defer { state.pending = [] }
                return state.pending
            }
            guard !batch.isEmpty else { return }
            var results: [Result<Void, any Error>] = []
            do {
                try database.write { database in
                    results = try batch.map { try Self.perform($0.operation, database) }
                }
                state.withLock { $0.commits += 1 }
            } catch {
                results = Array(repeating: .failure(error), count: batch.count)
            }
            for (pending, result) in zip(batch, results) {
                pending.finish(result.mapError { Self.failure($0, path) })
            }
        }
    }

    /// One operation; what fails of it is undone without the others.
    private static func perform(_ operation: Operation, _ database: Database) throws -> Result<Void, any Error> {
        do {
            try database.inSavepoint {
                try operation(database)
                return .commit
            }
            return .success(())
        } catch let error as DatabaseError where error.resultCode != .SQLITE_CONSTRAINT {
            // A full disk is the whole transaction's.
            throw error
        } catch {
            return .failure(error)
        }
    }

    /// What went wrong, and the way out.
    static func failure(_ error: any Error, _ path: String) -> SpeedPixError {
        if let error = error as? SpeedPixError { return error }
        let (reason, remedy): (String, String) =
            switch (error as? DatabaseError)?.resultCode {
            case .SQLITE_FULL?: ("the disk is full", "make room on it, or name another folder with --state")
            case .SQLITE_NOTADB?, .SQLITE_CORRUPT?:
                ("it is damaged, or no journal", "set it aside under another name: a new one is begun then")
            case .SQLITE_BUSY?, .SQLITE_LOCKED?:
                ("another process holds it", "wait for it to end, or name another folder with --state")
            case .SQLITE_READONLY?, .SQLITE_CANTOPEN?, .SQLITE_PERM?:
                ("it may not be written", "make its folder writable, or name another one with --state")
            case .SQLITE_IOERR?:
                ("the disk, or its file system, refuses it", "name a folder on a local disk with --state")
            default:
                (
                    (error as? Errno)?.description ?? "\(error)",
                    "make its folder writable, or name another one with --state"
                )
            }
        return SpeedPixError(.journalFailed, "the journal \(path): \(reason)", remedy: remedy, cause: error)
    }
}
