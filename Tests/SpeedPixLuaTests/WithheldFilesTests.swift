import SpeedPix
import SpeedPixTestSupport
import SystemPackage
import Testing

@testable import SpeedPixLua

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

@Suite("Withheld files")
struct WithheldFilesTests {
    private static func makeHardLink(_ path: String, to other: String) throws {
        try #require(link(other, path) == 0)
    }

    @Test("WithheldFiles: a file is known under the name of a hard link, whether it was there at first or came later")
    func hardLinks() throws {
        let folder = try ScriptFolder()
        try folder.write("first", to: "journal")
        let files = WithheldFiles(["\(folder.path)/journal", "\(folder.path)/journal-wal"])
        try folder.write("photo", to: "photo.jpg")
        let photo = FilePath("\(folder.path)/photo.jpg")
        #expect(!files.contains(photo))
        try Self.makeHardLink("\(folder.path)/other", to: "\(folder.path)/journal")
        #expect(files.contains(FilePath("\(folder.path)/other")))
        try folder.write("later", to: "journal-wal")
        try Self.makeHardLink("\(folder.path)/another", to: "\(folder.path)/journal-wal")
        #expect(files.contains(FilePath("\(folder.path)/another")))
        #expect(files.contains(FilePath("\(folder.path)/journal-wal")))
        #expect(!files.contains(photo))
    }

    @Test("WithheldFiles: a path at which nothing is yet is withheld, and what is below it")
    func absent() throws {
        let folder = try ScriptFolder()
        let files = WithheldFiles(["\(folder.path)/state"])
        #expect(files.contains(FilePath("\(folder.path)/state")))
        #expect(files.contains(FilePath("\(folder.path)/state/journal")))
        #expect(!files.contains(FilePath("\(folder.path)/states")))
    }

    @Test("WithheldFiles: a file that was seen under another name is withheld once it has come to a withheld path")
    func movedThere() throws {
        let folder = try ScriptFolder()
        try folder.write("old", to: "secret")
        let files = WithheldFiles(["\(folder.path)/secret"])
        try folder.write("new", to: "secret.tmp")
        #expect(!files.contains(FilePath("\(folder.path)/secret.tmp")))
        try #require(rename("\(folder.path)/secret.tmp", "\(folder.path)/secret") == 0)
        #expect(files.contains(FilePath("\(folder.path)/secret")))
    }

    @Test("WithheldFiles: a path stays withheld when its file is gone, also where it really lies")
    func gone() throws {
        let folder = try ScriptFolder()
        try folder.makeFolder("state")
        try folder.write("wal", to: "state/journal-wal")
        try #require(symlink("\(folder.path)/state", "\(folder.path)/link") == 0)
        let files = WithheldFiles(["\(folder.path)/link/journal-wal"])
        #expect(!files.contains(FilePath("\(folder.path)/photo.jpg")))
        try #require(unlink("\(folder.path)/state/journal-wal") == 0)
        #expect(files.contains(FilePath("\(folder.path)/link/journal-wal")))
        #expect(files.contains(FileAccess.realPlace(FilePath("\(folder.path)/state/journal-wal"))))
        #expect(!files.contains(FilePath("\(folder.path)/photo.jpg")))
    }

    @Test("fs.write: no file is made at a withheld path, whatever link leads to its folder")
    func writtenThroughLink() async throws {
        let folder = try ScriptFolder()
        try folder.makeFolder("state")
        try #require(symlink("\(folder.path)/state", "\(folder.path)/link") == 0)
        var host = try folder.host()
        host.files.withheld = ["\(folder.path)/state/journal"]
        let error = await folder.failure("fs.write('link/journal', 'mine')", host: host)
        #expect(error?.code == "not_allowed")
        let other = await folder.failure("fs.write('link/photo.jpg', 'mine')", host: host)
        #expect(other == nil)
    }

    @Test("fs.write: nothing is written into a folder that has a name of files with credentials")
    func namedFolder() async throws {
        let folder = try ScriptFolder()
        try folder.makeFolder("shop")
        try folder.makeFolder("shop/.env")
        let error = await folder.failure("fs.write('shop/.env/a.txt', 'mine')")
        #expect(error?.code == "not_allowed")
    }

    @Test("os.rename: a folder with a withheld file that came later does not bring it to a path that can be read")
    func renamedFolder() async throws {
        let folder = try ScriptFolder()
        try folder.makeFolder("state")
        try folder.write("a", to: "state/a.txt")
        var host = try folder.host()
        host.files.withheld = ["\(folder.path)/state/journal"]
        let before = await folder.failure("assert(fs.read('state/a.txt') == 'a')", host: host)
        #expect(before == nil)
        try folder.write("paid", to: "state/journal")
        let error = await folder.failure("assert(os.rename('state', 'mine')) fs.read('mine/journal')", host: host)
        #expect(error?.code == "not_allowed")
    }
}
