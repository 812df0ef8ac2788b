import Dispatch
package import GRDB
import Synchronization
import SystemPackage

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A file of SQLite, written by one thread, many writes in one transaction.
///
/// A write has reached the disk when ``write(_:)`` returns (`synchronous=FULL`; on macOS `fullfsync`). Writes that come while one
/// transaction is committed share the next one. Errors are those of GRDB and of the system; ``DatabaseProblem`` has
/// their kinds.
package final class GroupCommitDatabase: Sendable {
    /// What is done in a transaction: done again if another operation of the same transaction fails.
    package typealias Operation = @Sendable (Database) throws -> Void

    private struct Pending {
        var operation: Operation
        var finish: @Sendable (Result<Void, any Error>) -> Void
    }

    private struct State {
        var pending: [Pending] = []
        var isDraining = false
        /// Whether what is pending is drained in a while, unless something comes that cannot wait.
        var isScheduled = false
        var commits = 0
    }

    private let database: DatabaseQueue
    /// Reads while the writer waits for the disk.
    private let reader: DatabaseQueue
    private let queue: DispatchQueue
    private let beforeCommit: (@Sendable () throws -> Void)?
    private let state = Mutex(State())

    /// How long what may wait does wait at most.
    private static let longestDeferral = DispatchTimeInterval.seconds(1)
    /// How long another process may hold the file, in seconds.
    private static let busyTimeout = 10.0

    /// Opens the file, or makes it, readable for its owner only, and brings it up to date.
    ///
    /// - Parameters:
    ///   - label: For debuggers.
    ///   - migrator: Its tables, version by version.
    ///   - beforeCommit: Called on the writer's thread before each transaction of writes is committed. If it throws a
    ///     `DatabaseError`, the transaction is undone, and all its writes fail with that; while it does not return, they wait.
    ///     For tests: a disk that is full, or does not answer.
    /// - Throws: ``NewerDatabase`` for a file that has had migrations which this one does not know; ``ForeignDatabase`` for one of
    ///   another program; what SQLite refuses.
    package init(
        path: String, label: String, migrator: DatabaseMigrator, beforeCommit: (@Sendable () throws -> Void)? = nil
    ) throws {
        queue = DispatchQueue(label: label)
        self.beforeCommit = beforeCommit
        var configuration = GRDB.Configuration()
        configuration.label = label
        configuration.busyMode = .timeout(Self.busyTimeout)
        try Self.checkReadOnly(path, migrator, configuration)
        try Self.makePrivate(path)
        configuration.journalMode = .wal
        database = try DatabaseQueue(path: path, configuration: configuration)
        // Only now: GRDB makes it NORMAL when it turns WAL on, with which a commit may be lost in a power cut.
        try database.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA synchronous = FULL")
            try database.execute(sql: "PRAGMA fullfsync = ON")
        }
        // Once more: the file may have been made since, or its mode kept it from being read.
        try database.read { try Self.check($0, migrator) }
        try migrator.migrate(database)
        configuration.readonly = true
        reader = try DatabaseQueue(path: path, configuration: configuration)
    }

    /// Refuses a file of another program or of a newer version before its mode and its kind of journal are changed. One that
    /// is in WAL mode may still get the two files beside it that every reader makes.
    private static func checkReadOnly(
        _ path: String, _ migrator: DatabaseMigrator, _ configuration: GRDB.Configuration
    ) throws {
        var configuration = configuration
        configuration.readonly = true
        do {
            let database = try DatabaseQueue(path: path, configuration: configuration)
            defer { try? database.close() }
            try database.read { try check($0, migrator) }
        } catch let error as DatabaseError
            where [.SQLITE_CANTOPEN, .SQLITE_IOERR, .SQLITE_PERM, .SQLITE_READONLY].contains(error.resultCode)
        {
            // It is not there, is a folder, or its mode forbids it: what comes next makes it, or throws what is wrong.
        }
    }

    /// - Throws: ``NewerDatabase``; ``ForeignDatabase``.
    static func check(_ database: Database, _ migrator: DatabaseMigrator) throws {
        if try migrator.hasBeenSuperseded(database) { throw NewerDatabase() }
        if try isForeign(database) { throw ForeignDatabase() }
    }

    /// Whether it has tables that no migration has made.
    private static func isForeign(_ database: Database) throws -> Bool {
        // In one statement: another process may be making its tables now.
        try Bool.fetchOne(
            database,
            sql: """
                SELECT EXISTS (SELECT 1 FROM sqlite_master)
                AND NOT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'grdb_migrations')
                """) == true
    }

    /// SQLite gives the files that it makes beside it the same mode.
    private static func makePrivate(_ path: String) throws {
        do {
            // Never one that is there: closing it would take away the locks that another connection of this process has on it
            // (POSIX), and other processes would remove the log that it writes.
            let file = try FileDescriptor.open(
                FilePath(path), .readWrite, options: [.create, .exclusiveCreate, .closeOnExec],
                permissions: [.ownerReadWrite])
            try file.close()
        } catch Errno.fileExists {
            if (try? FileManager.default.contentsOfDirectory(atPath: path)) != nil { throw Errno.isDirectory }
            // By its path: one of another owner stays as it is. The files beside it too: a reader may have made them with the
            // mode that it had.
            for file in [path, path + "-wal", path + "-shm"] {
                try? FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
            }
        }
    }

    /// How many transactions were committed; for tests and figures.
    package var commits: Int { state.withLock { $0.commits } }

    /// Does something in the next transaction. The calling task's cancellation has no effect on it.
    ///
    /// - Throws: What SQLite refuses; what the operation throws, which is undone alone.
    package func write(_ operation: @escaping Operation) async throws {
        try await withCheckedThrowingContinuation { continuation in
            submit(operation) { continuation.resume(with: $0) }
        }
    }

    /// The same without a wait. What is submitted first is done first.
    ///
    /// - Parameters:
    ///   - mayWait: Whether it shares the transaction of whatever comes next, a second later at most. For writes that no
    ///     caller waits for.
    ///   - finish: Called on the writer's thread.
    package func submit(
        mayWait: Bool = false, _ operation: @escaping Operation,
        _ finish: @escaping @Sendable (Result<Void, any Error>) -> Void
    ) {
        let (mustDrain, mustSchedule) = state.withLock { state in
            state.pending.append(Pending(operation: operation, finish: finish))
            guard !state.isDraining else { return (false, false) }
            guard mayWait else {
                state.isDraining = true
                return (true, false)
            }
            defer { state.isScheduled = true }
            return (false, !state.isScheduled)
        }
        if mustDrain { queue.async { self.drain() } }
        if mustSchedule { queue.asyncAfter(deadline: .now() + Self.longestDeferral) { self.drainDeferred() } }
    }

    private func drainDeferred() {
        let mustDrain = state.withLock { state in
            state.isScheduled = false
            guard !state.isDraining, !state.pending.isEmpty else { return false }
            state.isDraining = true
            return true
        }
        if mustDrain { drain() }
    }

    /// Reads what is committed, with one statement, on the calling thread: for a few rows that are found by an index.
    package func readNow<Value>(_ body: (Database) throws -> Value) throws -> Value { try reader.unsafeRead(body) }

    /// Reads on the writer's thread.
    package func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try self.database.read(body) }) }
        }
    }

    /// Reads what is committed, in one transaction, on a thread of its own: for what takes longer than a look-up, so that no write
    /// waits for it. The calling task's cancellation has no effect on it.
    package func readBeside<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            reader.asyncRead { database in continuation.resume(with: Result { try body(try database.get()) }) }
        }
    }

    /// Reads and writes before anything else does, as when a run begins.
    package func setUp<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try database.write(body)
    }

    /// Ends it once everything that was asked for is done. It must not be used after that.
    package func close() async {
        await withCheckedContinuation { continuation in
            queue.async {
                // What cannot be closed now is closed with the process.
                try? self.reader.close()
                try? self.database.close()
                continuation.resume()
            }
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
            let results = perform(batch)
            for (pending, result) in zip(batch, results) { pending.finish(result) }
        }
    }

    private func perform(_ batch: [Pending]) -> [Result<Void, any Error>] {
        do {
            do {
                try database.write { database in
                    for pending in batch { try pending.operation(database) }
                    try beforeCommit?()
                }
            } catch {
                // The transaction was undone. Failures are rare, so that savepoints are for those that follow one.
                guard batch.count > 1, Self.isOneOperation(error) else { throw error }
                return try performEach(batch)
            }
            state.withLock { $0.commits += 1 }
            return Array(repeating: .success(()), count: batch.count)
        } catch {
            return Array(repeating: .failure(error), count: batch.count)
        }
    }

    /// All operations in one transaction; what fails of one is undone without the others.
    private func performEach(_ batch: [Pending]) throws -> [Result<Void, any Error>] {
        let results = try database.write { database in
            let results = try batch.map { pending -> Result<Void, any Error> in
                do {
                    try database.inSavepoint {
                        try pending.operation(database)
                        return .commit
                    }
                    return .success(())
                } catch {
                    guard Self.isOneOperation(error) else { throw error }
                    return .failure(error)
                }
            }
            try beforeCommit?()
            return results
        }
        state.withLock { $0.commits += 1 }
        return results
    }

    /// Whether an error is one operation's own. A full disk is the whole transaction's.
    private static func isOneOperation(_ error: any Error) -> Bool {
        (error as? DatabaseError).map { $0.resultCode == .SQLITE_CONSTRAINT } ?? true
    }
}

/// A file that another program has made.
package struct ForeignDatabase: Error {}

/// A file that a newer version of the program has written.
package struct NewerDatabase: Error {}

extension Database {
    /// Executes a statement that comes again and again: it is compiled once.
    package func executeCached(sql: String, arguments: StatementArguments) throws {
        try cachedStatement(sql: sql).execute(arguments: arguments)
    }
}
