import GRDB
import SQLiteStorage
import SpeedPix
import Synchronization

/// The journal's file.
///
/// A write has reached the disk when ``write(_:)`` returns; see ``GroupCommitDatabase``.
final class JournalDatabase: Sendable {
    let path: String
    private let database: GroupCommitDatabase
    private let firstProblem = Mutex<SpeedPixError?>(nil)

    /// Opens the file, or makes it, readable for its owner only, and brings it up to date.
    ///
    /// - Throws: ``SpeedPixError`` `journal_failed`: it cannot be written, is not a journal, or is one of a newer version.
    init(path: String) throws {
        self.path = path
        do {
            database = try GroupCommitDatabase(
                path: path, label: "speedpix journal", migrator: JournalSchema.migrator)
        } catch {
            throw Self.failure(error, path)
        }
    }

    /// How many transactions were committed; for tests and figures.
    var commits: Int { database.commits }

    /// Why something could not be written; nil while everything could be. What an operation itself refuses does not count.
    var writeProblem: SpeedPixError? { firstProblem.withLock { $0 } }

    /// A failure of a write, which is remembered.
    private func writeFailure(_ error: any Error) -> SpeedPixError {
        let failure = Self.failure(error, path)
        if !(error is SpeedPixError) { firstProblem.withLock { $0 = $0 ?? failure } }
        return failure
    }

    /// Does something in the next transaction. The calling task's cancellation has no effect on it.
    ///
    /// - Throws: ``SpeedPixError`` `journal_failed`; what the operation throws, which is undone alone.
    func write(_ operation: @escaping GroupCommitDatabase.Operation) async throws {
        do {
            try await database.write(operation)
        } catch {
            throw writeFailure(error)
        }
    }

    /// The same without a wait, see ``GroupCommitDatabase/submit(mayWait:_:_:)``.
    func submit(
        mayWait: Bool = false, _ operation: @escaping GroupCommitDatabase.Operation,
        _ finish: @escaping @Sendable (Result<Void, SpeedPixError>) -> Void
    ) {
        database.submit(mayWait: mayWait, operation) { [self] in finish($0.mapError(writeFailure)) }
    }

    /// Reads what is committed, see ``GroupCommitDatabase/readNow(_:)``.
    func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        do {
            return try database.readNow(body)
        } catch {
            throw Self.failure(error, path)
        }
    }

    /// Reads and writes before anything else does, as when a run begins.
    func setUp<Value>(_ body: (Database) throws -> Value) throws -> Value {
        do {
            return try database.setUp(body)
        } catch {
            throw writeFailure(error)
        }
    }

    /// What went wrong, and the way out.
    static func failure(_ error: any Error, _ path: String) -> SpeedPixError {
        if let error = error as? SpeedPixError { return error }
        let (reason, remedy): (String, String) =
            switch DatabaseProblem(error) {
            case .full: ("the disk is full", "make room on it, or name another folder with --state")
            case .damaged:
                ("it is damaged or not a journal", "set it aside under another name: a new one is begun then")
            case .newer:
                ("it was written by a newer speedpix", "update speedpix, or name another folder with --state")
            case .held: ("another process holds it", "wait for it to end, or name another folder with --state")
            case .unwritable: ("it may not be written", "make its folder writable, or name another one with --state")
            case .refused:
                ("the disk, or its file system, refuses it", "name a folder on a local disk with --state")
            case .other(let words): (words, "make its folder writable, or name another one with --state")
            }
        return SpeedPixError(.journalFailed, "the journal \(path): \(reason)", remedy: remedy, cause: error)
    }
}
