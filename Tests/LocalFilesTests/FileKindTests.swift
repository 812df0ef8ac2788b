import LocalFiles
import SystemPackage
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("FileKind and RealPath")
struct FileKindTests {
    @Test("FileKind tells files, folders and others apart, with and without following links")
    func kinds() throws {
        let folder = try EmptyFolder()
        try folder.write("", to: "file")
        for (name, target) in [("link", "file"), ("broken", "nothing")] {
            try FileManager.default.createSymbolicLink(
                atPath: folder.path.appending(name).string, withDestinationPath: target)
        }
        func kind(_ name: String, followsLast: Bool = true) -> FileKind? {
            FileKind(folder.path.appending(name).string, followsLast: followsLast)
        }
        #expect(FileKind(folder.path.string) == .folder && kind("file") == .file && FileKind("/dev/null") == .other)
        #expect(kind("link") == .file && kind("link", followsLast: false) == .other)
        #expect(kind("broken") == nil && kind("broken", followsLast: false) == .other && kind("nothing") == nil)
        #expect(throws: Errno.notDirectory) { try FileKind(of: folder.path.appending("file").appending("x").string) }
    }

    @Test("RealPath resolves links and dots, and fails for a path that does not exist")
    func realPath() throws {
        let folder = try EmptyFolder()
        try folder.write("", to: "file")
        let real = try RealPath.resolve(folder.path.string)
        try FileManager.default.createSymbolicLink(
            atPath: folder.path.appending("link").string, withDestinationPath: ".")
        #expect(try RealPath.resolve("\(folder.path.string)/link/./link/file") == "\(real)/file")
        #expect(throws: Errno.noSuchFileOrDirectory) { try RealPath.resolve("\(real)/nothing") }
    }
}
