import GRDB
import SpeedPix
import SpeedPixJournal
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("The file and the folder of a journal")
struct JournalFileTests {
    private func refusal(_ folder: JournalFolder) throws -> SpeedPixError {
        try #require(throws: SpeedPixError.self) { try folder.store() }
    }

    private func withFile(_ folder: JournalFolder, _ body: (DatabaseQueue) throws -> Void) throws {
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
        let queue = try DatabaseQueue(path: folder.path + "/journal.sqlite")
        try body(queue)
        try queue.close()
    }

    @Test("The files of a journal can be read by their owner only")
    func mode() throws {
        let folder = JournalFolder()
        let journal = try folder.begin()
        defer { withExtendedLifetime(journal) {} }
        for name in ["/journal.sqlite", "/journal.sqlite-wal"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: folder.path + name)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test("A journal folder that is a file, or lies below one, is refused")
    func fileAsFolder() throws {
        let folder = JournalFolder()
        try Data("x".utf8).write(to: URL(filePath: folder.path))
        let error = try refusal(folder)
        #expect(error.code == .journalFailed && error.message.hasSuffix("cannot be made: Not a directory"))
        #expect(throws: SpeedPixError.self) { try JournalStore(folder: folder.path + "/below/it") }
    }

    @Test("A journal folder is made with those above it, for the owner only")
    func folders() throws {
        let folder = JournalFolder()
        _ = try JournalStore(folder: folder.path + "/a/b/")
        for path in [folder.path, folder.path + "/a", folder.path + "/a/b"] {
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o700)
        }
        _ = try JournalStore(folder: folder.path + "/a/b")
    }

    @Test("A database of another program is refused and not changed")
    func foreign() throws {
        let folder = JournalFolder()
        try withFile(folder) { try $0.write { try $0.execute(sql: "CREATE TABLE album (name TEXT)") } }
        let error = try refusal(folder)
        #expect(error.message.contains("it is damaged or not a journal"))
        try withFile(folder) { queue in
            let names = try queue.read { try String.fetchAll($0, sql: "SELECT name FROM sqlite_master") }
            #expect(names == ["album"])
        }
    }

    @Test("Another program's database keeps its mode and every byte, and gets no files beside it")
    func foreignUntouched() throws {
        let folder = JournalFolder()
        try withFile(folder) { try $0.write { try $0.execute(sql: "CREATE TABLE album (name TEXT)") } }
        let path = folder.path + "/journal.sqlite"
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        let bytes = try Data(contentsOf: URL(filePath: path))
        _ = try refusal(folder)
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o644)
        #expect(try Data(contentsOf: URL(filePath: path)) == bytes)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(names == ["journal.sqlite"])
    }

    @Test("A journal that others could read is its owner's alone again, with the files beside it")
    func modeAgain() throws {
        let folder = JournalFolder()
        _ = try folder.store()
        let path = folder.path + "/journal.sqlite"
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        let journal = try folder.begin()
        defer { withExtendedLifetime(journal) {} }
        for file in [path, path + "-wal", path + "-shm"] {
            #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test("A journal of a newer version is refused")
    func newer() throws {
        let folder = JournalFolder()
        _ = try folder.store()
        try withFile(folder) { queue in
            try queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('999')") }
        }
        #expect(try refusal(folder).message.contains("newer speedpix"))
    }

    @Test("A journal file that is not a database is refused by its path and not changed")
    func damaged() throws {
        let folder = JournalFolder()
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
        let path = folder.path + "/journal.sqlite"
        let bytes = Data(String(repeating: "no database ", count: 100).utf8)
        try bytes.write(to: URL(filePath: path))
        #expect(try refusal(folder).message.hasPrefix("the journal \(path): it is damaged"))
        #expect(try Data(contentsOf: URL(filePath: path)) == bytes)
    }
}
