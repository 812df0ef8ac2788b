import LocalFiles
import SystemPackage
import Testing

@Suite("TemporaryFile")
struct TemporaryFileTests {
    @Test("TemporaryFile gives files beside the same target different names")
    func names() throws {
        let folder = try EmptyFolder()
        let target = folder.path.appending("a.txt")
        let files = try (1...3).map { _ in try TemporaryFile.make(beside: target, permissions: .ownerReadWrite) }
        for file in files { try file.descriptor.close() }
        #expect(try folder.names.count == 3)
        #expect(try folder.names.allSatisfy { $0.hasPrefix(".a.txt.") && $0.hasSuffix(".part") })
    }

    @Test("TemporaryFile works beside a name of the maximal length", arguments: ["a", "图"])
    func longName(character: String) throws {
        let folder = try EmptyFolder()
        let name = String(repeating: character, count: 255 / character.utf8.count)
        try AtomicFile.replace(folder.path.appending(name).string, with: Array("x".utf8))
        #expect(try folder.names == [name])
    }

    @Test("TemporaryFile.checkCreation leaves no file and throws the system's error")
    func check() throws {
        let folder = try EmptyFolder()
        try TemporaryFile.checkCreation(in: folder.path)
        #expect(try folder.names.isEmpty)
        #expect(throws: Errno.noSuchFileOrDirectory) {
            try TemporaryFile.checkCreation(in: folder.path.appending("missing"))
        }
    }
}
