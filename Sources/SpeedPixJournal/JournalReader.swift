import GRDB
import LocalFiles
import SQLiteStorage
import SpeedPix
import SystemPackage

/// Reads a journal beside whoever writes it. It makes nothing, and keeps no run from going on.
///
/// Calls block for as long as the disk takes. All throw ``SpeedPixError`` `journal_failed`.
package struct JournalReader: Sendable {
    private let folder: String
    private let path: String

    /// - Returns: Nil if the folder has no journal.
    package init?(folder: String) {
        guard JournalStore.exists(in: folder) else { return nil }
        self.folder = folder
        path = FilePath(folder).appending(JournalStore.filename).string
    }

    /// The newest runs, as ``JournalStore/runs()`` has them.
    ///
    /// - Parameter limit: The most that are wanted.
    package func runs(limit: Int) throws -> [RecordedRun] {
        try read { try JournalStore.runs(in: $0, where: JournalStore.isNoRow, arguments: [], limit: limit) }
    }

    /// A run with its creates; of a batch, those of its rows.
    ///
    /// - Throws: Also ``SpeedPixError`` `invalid_argument` if there is no such run.
    package func run(_ number: Int64) throws -> (run: RecordedRun, creates: [RecordedCreate]) {
        try read { database in
            (
                try JournalStore.run(number, in: database),
                try JournalStore.creates(of: number, in: database)
            )
        }
    }

    /// Whether a process has a run.
    package func isGoingOn(_ run: Int64) -> Bool {
        ProcessLock.isHeld(path: JournalStore.lockPath(run, in: folder))
    }

    private func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        do {
            return try ReadOnlyDatabase.read(
                path: path, label: "speedpix journal reader", migrator: JournalSchema.migrator, body)
        } catch is OlderDatabase {
            throw SpeedPixError(
                .journalFailed, "the journal \(path): an older speedpix has written it",
                remedy: "speedpix runs brings it up to date")
        } catch {
            throw JournalDatabase.failure(error, path)
        }
    }
}
