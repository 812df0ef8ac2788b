import GRDB
import SpeedPix
import SpeedPixJournal
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("Reading a journal beside its writer")
struct JournalReaderTests {
    @Test("JournalReader: a folder without a journal has none, and is not made")
    func none() {
        let folder = JournalFolder()
        defer { withExtendedLifetime(folder) {} }
        #expect(JournalReader(folder: folder.path) == nil)
        #expect(!FileManager.default.fileExists(atPath: folder.path))
    }

    @Test("JournalReader: a run is read while it goes on, and seen to go on until its process leaves it")
    func goingOn() async throws {
        let folder = JournalFolder()
        defer { withExtendedLifetime(folder) {} }
        do {
            let run = try folder.begin()
            try await run.create("create 1", "a", id: "p-1")
            let reader = try #require(JournalReader(folder: folder.path))
            #expect(try reader.runs(limit: 10).map(\.created) == [1])
            #expect(reader.isGoingOn(1) && !reader.isGoingOn(2))
            try await run.create("create 2", "b", id: "p-2")
            let (read, creates) = try reader.run(1)
            #expect(read.created == 2 && read.ended == nil && creates.map(\.number) == [1, 2])
            try await run.end(succeeded: true)
        }
        let reader = try #require(JournalReader(folder: folder.path))
        #expect(try !reader.isGoingOn(1) && reader.run(1).run.ended != nil)
    }

    @Test("JournalReader: reading waits for no transaction of a writer, and sees what was committed")
    func whileWriting() async throws {
        let folder = JournalFolder()
        defer { withExtendedLifetime(folder) {} }
        try await folder.begin().create("create 1", "a", id: "p-1")
        let path = folder.path + "/journal.sqlite"
        let other = try DatabaseQueue(path: path)
        let reader = try #require(JournalReader(folder: folder.path))
        try await other.write { database in
            try database.execute(sql: "DELETE FROM \"create\"")
            #expect(try reader.runs(limit: 10).map(\.created) == [1])
        }
        #expect(try reader.runs(limit: 10).map(\.created) == [0])
        try other.close()
    }

    @Test("JournalReader: the newest runs, no more than are wanted")
    func newest() throws {
        let folder = JournalFolder()
        defer { withExtendedLifetime(folder) {} }
        let store = try folder.store()
        for _ in 0..<3 { _ = try store.begin(JournalFolder.description, seed: 1) }
        let reader = try #require(JournalReader(folder: folder.path))
        #expect(try reader.runs(limit: 2).map(\.number) == [3, 2])
        #expect(try reader.runs(limit: 10).map(\.number) == [3, 2, 1])
        #expect(throws: SpeedPixError.self) { try reader.run(9) }
    }

    @Test("JournalReader: what an attempt before has made is reused, and what the last one makes is not")
    func reused() async throws {
        let folder = JournalFolder()
        defer { withExtendedLifetime(folder) {} }
        do {
            let run = try folder.begin()
            for number in 1...2 { try await run.create("create \(number)", "d\(number)", id: "p-\(number)") }
            try await run.end(succeeded: false)
        }
        let reader = try #require(JournalReader(folder: folder.path))
        #expect(try reader.runs(limit: 1).map(\.reused) == [0])
        let second = try folder.resume()
        _ = try await second.claim("create 1", "d1")
        try await second.create("create 3", "d3", id: "p-3")
        let (run, creates) = try reader.run(1)
        #expect(run.reused == 2 && run.created == 3)
        #expect(creates.map(\.isReused) == [true, true, false])
        #expect(try folder.store().runs().map(\.reused) == [2])
    }

    @Test("JournalReader: a file that is no journal, and one of an older version, stay as they are")
    func foreign() throws {
        let folder = JournalFolder()
        defer { withExtendedLifetime(folder) {} }
        _ = try folder.store().begin(JournalFolder.description, seed: 1)
        let path = folder.path + "/journal.sqlite"
        let other = try DatabaseQueue(path: path)
        try other.write { try $0.execute(sql: "DELETE FROM grdb_migrations WHERE identifier = '3'") }
        try other.close()
        let reader = try #require(JournalReader(folder: folder.path))
        let old = #expect(throws: SpeedPixError.self) { try reader.runs(limit: 1) }
        #expect(old?.code == .journalFailed && old?.message.contains("older speedpix") == true)
        try Data("no database".utf8).write(to: URL(filePath: path))
        #expect(throws: SpeedPixError.self) { try reader.runs(limit: 1) }
        #expect(try Data(contentsOf: URL(filePath: path)) == Data("no database".utf8))
    }
}
