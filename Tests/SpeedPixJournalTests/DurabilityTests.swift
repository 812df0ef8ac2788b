import GRDB
import SQLiteStorage
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("The durability of commits")
struct DurabilityTests {
    private func withDatabase(_ body: (GroupCommitDatabase) async throws -> Void) async throws {
        let folder = JournalFolder()
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { try $0.execute(sql: "CREATE TABLE t (n INTEGER PRIMARY KEY)") }
        let database = try GroupCommitDatabase(path: folder.path + "/t.sqlite", label: "test", migrator: migrator)
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
}
