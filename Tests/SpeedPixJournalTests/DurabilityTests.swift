import GRDB
import SQLiteStorage
import Synchronization
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("The durability of commits")
struct DurabilityTests {
    private func withDatabase(
        beforeCommit: (@Sendable () throws -> Void)? = nil, _ body: (GroupCommitDatabase) async throws -> Void
    ) async throws {
        let folder = JournalFolder()
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { try $0.execute(sql: "CREATE TABLE t (n INTEGER PRIMARY KEY)") }
        let database = try GroupCommitDatabase(
            path: folder.path + "/t.sqlite", label: "test", migrator: migrator, beforeCommit: beforeCommit)
        try await body(database)
        await database.close()
    }

    @Test("GroupCommitDatabase waits for the disk at each commit and uses a WAL")
    func pragmas() async throws {
        try await withDatabase { database in
            let (synchronous, mode) = try await database.read { database in
                (
                    try Int.fetchOne(database, sql: "PRAGMA synchronous"),
                    try String.fetchOne(database, sql: "PRAGMA journal_mode")
                )
            }
            #expect(synchronous == 2 && mode == "wal")
        }
    }

    @Test("GroupCommitDatabase puts writes that may wait into the transaction of the next one that may not")
    func deferred() async throws {
        try await withDatabase { database in
            for number in 1...5 {
                database.submit(mayWait: true) {
                    try $0.execute(sql: "INSERT INTO t VALUES (?)", arguments: [number])
                } _: { _ in
                }
            }
            #expect(try database.readNow { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM t") } == 0)
            try await database.write { database in
                let count = try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM t")
                #expect(count == 5)
            }
            #expect(database.commits == 1)
            #expect(try database.readNow { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM t") } == 5)
        }
    }

    @Test("GroupCommitDatabase fails and undoes all writes of a commit that fails, and commits the next one")
    func failedCommit() async throws {
        let isFull = Mutex(true)
        let beforeCommit: @Sendable () throws -> Void = {
            if isFull.withLock({ $0 }) { throw DatabaseError(resultCode: .SQLITE_FULL) }
        }
        try await withDatabase(beforeCommit: beforeCommit) { database in
            let hasFailed = Mutex(false)
            database.submit(mayWait: true) {
                try $0.execute(sql: "INSERT INTO t VALUES (1)")
            } _: { result in
                if case .failure = result { hasFailed.withLock { $0 = true } }
            }
            let error = await #expect(throws: DatabaseError.self) {
                try await database.write { try $0.execute(sql: "INSERT INTO t VALUES (2)") }
            }
            #expect(error.map { DatabaseProblem($0) } == .full)
            #expect(hasFailed.withLock { $0 } && database.commits == 0)
            isFull.withLock { $0 = false }
            try await database.write { try $0.execute(sql: "INSERT INTO t VALUES (3)") }
            #expect(try database.readNow { try Int.fetchAll($0, sql: "SELECT n FROM t") } == [3])
        }
    }
}
