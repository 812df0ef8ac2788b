import LocalFiles
import SystemPackage
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("AtomicFile")
struct AtomicFileTests {
    @Test("AtomicFile writes all pieces and leaves nothing else in the folder")
    func pieces() throws {
        let folder = try EmptyFolder()
        let pieces = ["one ", "", "two"].map { Array($0.utf8) }
        try AtomicFile.replace(folder.path.appending("a.txt"), with: pieces)
        #expect(try folder.text("a.txt") == "one two")
        #expect(try folder.names == ["a.txt"])
    }

    @Test("AtomicFile replaces a file, and readers of the old one keep its content")
    func replacing() throws {
        let folder = try EmptyFolder()
        try folder.write("old", to: "a.txt")
        let reader = try FileDescriptor.open(folder.path.appending("a.txt"), .readOnly)
        try AtomicFile.replace(folder.path.appending("a.txt").string, with: Array("new".utf8))
        var bytes = [UInt8](repeating: 0, count: 3)
        let count = try reader.closeAfter { try bytes.withUnsafeMutableBytes { try reader.read(into: $0) } }
        #expect(count == 3 && bytes == Array("old".utf8))
        #expect(try folder.text("a.txt") == "new")
    }

    @Test("AtomicFile replaces a link itself and not its target")
    func link() throws {
        let folder = try EmptyFolder()
        try folder.write("kept", to: "a.txt")
        let link = folder.path.appending("link").string
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "a.txt")
        try AtomicFile.replace(link, with: Array("new".utf8))
        #expect(try folder.text("a.txt") == "kept" && folder.text("link") == "new")
        #expect(FileKind(link, followsLast: false) == .file)
    }

    @Test("AtomicFile gives the file the requested permissions")
    func permissions() throws {
        let folder = try EmptyFolder()
        try AtomicFile.replace(
            folder.path.appending("secret"), with: CollectionOfOne([1]), permissions: .ownerReadWrite)
        #expect(try folder.permissions(of: "secret") == 0o600)
    }

    @Test("AtomicFile fails for a target that cannot be replaced and leaves no temporary file")
    func failure() throws {
        let folder = try EmptyFolder()
        try FileManager.default.createDirectory(
            atPath: folder.path.appending("a").string, withIntermediateDirectories: true)
        try folder.write("x", to: "a/b")
        #expect(throws: Errno.isDirectory) { try AtomicFile.replace(folder.path.appending("a").string, with: [1]) }
        #expect(throws: Errno.noSuchFileOrDirectory) {
            try AtomicFile.replace(folder.path.appending("missing").appending("a").string, with: [1])
        }
        #expect(try folder.names == ["a"])
    }

    @Test("AtomicFile uses the named temporary file and refuses one that exists")
    func namedTemporary() throws {
        let folder = try EmptyFolder()
        let temporary = folder.path.appending("incoming")
        try AtomicFile.replace(folder.path.appending("a"), with: CollectionOfOne([0x61]), through: temporary)
        #expect(try folder.names == ["a"])
        try folder.write("of somebody else", to: "incoming")
        #expect(throws: Errno.fileExists) {
            try AtomicFile.replace(folder.path.appending("a"), with: CollectionOfOne([0x62]), through: temporary)
        }
        #expect(try folder.text("a") == "a" && folder.text("incoming") == "of somebody else")
    }
}
