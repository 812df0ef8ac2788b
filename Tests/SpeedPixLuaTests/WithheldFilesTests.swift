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
