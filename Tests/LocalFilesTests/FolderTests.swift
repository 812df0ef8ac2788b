import LocalFiles
import SystemPackage
import Testing

@Suite("Folder")
struct FolderTests {
    @Test("Folder.makePrivate makes the folder and those above it for the owner only")
    func privateFolder() throws {
        let folder = try EmptyFolder()
        for _ in 1...2 { try Folder.makePrivate(folder.path.appending("a").appending("b")) }
        #expect(try folder.permissions(of: "a") == 0o700 && folder.permissions(of: "a/b") == 0o700)
    }

    @Test("Folder.makePrivate fails where a file is in the way", arguments: ["file", "file/below", "file/b/c"])
    func file(path: String) throws {
        let folder = try EmptyFolder()
        try folder.write("", to: "file")
        #expect(throws: Errno.notDirectory) { try Folder.makePrivate(folder.path.pushing(FilePath(path))) }
    }
}
