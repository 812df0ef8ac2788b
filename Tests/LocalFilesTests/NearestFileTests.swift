import LocalFiles
import SystemPackage
import Testing

@Suite("Names of files as bytes, and the nearest one")
struct NearestFileTests {
    @Test("FileName and FilePath keep bytes that are not UTF-8, and show them as Lua's escapes")
    func bytes() {
        let bytes: [UInt8] = [0x61, 0xB0, 0xAE, 0xE4, 0xBD, 0xA0]
        let name = FileName(bytes: bytes)
        #expect(
            name.bytes == bytes && name.text == nil && name.shown == "a\\xB0\\xAE你" && name.percentEncoded == "a%B0%AE你"
        )
        let path = FilePath("photos").appending(name)
        #expect(path.bytes == Array("photos/".utf8) + bytes && path.fileName == name && path.text == nil)
        #expect(path.shown == "photos/a\\xB0\\xAE你")
    }

    @Test(
        "FilePath.isInside compares whole names",
        arguments: [
            ("/a/b", "/a", true), ("/a", "/a", true), ("/ab", "/a", false), ("/a", "/a/b", false), ("/a", "/", true),
            ("/", "/", true), ("a/b", "a", true), ("a", "/a", false), ("a", "", true), ("/a/\u{E9}", "/a/e", false),
        ])
    func inside(path: String, folder: String, isInside: Bool) {
        #expect(FilePath(path).isInside(FilePath(folder)) == isInside)
        #expect(folder.isEmpty || FilePath(path).starts(with: FilePath(folder)) == isInside)
    }

    @Test("Names that differ only in their Unicode form are two")
    func twins() {
        #expect(FileName("\u{FC}.jpg") != FileName("u\u{308}.jpg"))
        #expect(Set([FileName("\u{FC}.jpg"), FileName("u\u{308}.jpg")]).count == 2)
    }

    @Test("A temporary file's name has no half of a character, and is made of bytes where the target's is")
    func temporaryNames() {
        let long = String(repeating: "灯", count: 80)
        #expect(TemporaryFile.name(beside: FileName(long), unique: "1").text?.hasPrefix(".灯") == true)
        #expect(
            TemporaryFile.name(beside: FileName(bytes: [0xB0]), unique: "1").bytes == [0x2E, 0xB0]
                + Array(".1.part".utf8))
    }

    @Test(
        "NearestFile finds another Unicode form, other capitals, blanks, backslashes and a slip",
        arguments: [
            ("photos/u\u{308}ber.jpg", "photos/\u{FC}ber.jpg", NearestFile.Difference.unicodeForm),
            ("photos/DSC_0042.JPG", "photos/dsc_0042.jpg", .capitals),
            ("photos/lamp.jpg ", "photos/lamp.jpg", .blanks),
            ("photos/lamp.jpg", "photos/lamp.jpg ", .blanks),
            ("photos/x.png", "photos\\x.png", .backslashes),
            ("Photos/Lamp.png", "photos\\lamp.png", .backslashes),
            ("photos/dahlia.jpg", "photos/dalhia.jpg", .spelling),
            ("photos/a/lamp.jpg", "Photos/A/lamp.jpg", .capitals),
        ])
    func kinds(there: String, asked: String, difference: NearestFile.Difference) throws {
        let folder = try EmptyFolder()
        let file = FilePath(there)
        try Folder.make(
            folder.path.appending(file.removingLastComponent().components), permissions: .ownerReadWriteExecute)
        try AtomicFile.replace(folder.path.appending(file.components).string, with: [])
        let nearest = try #require(NearestFile(to: FilePath(asked), from: folder.path))
        #expect(nearest.path.bytes == file.bytes && nearest.difference == difference)
        if difference == .unicodeForm {
            #expect(nearest.hint.contains("\"photos/u\\u{308}ber.jpg\""))
        } else {
            #expect(nearest.hint == "did you mean '\(there)'?")
        }
    }

    @Test("NearestFile finds nothing where nothing is near, and in a folder that is not there")
    func nothing() throws {
        let folder = try EmptyFolder()
        try folder.write("", to: "lamp.jpg")
        #expect(NearestFile(to: "elephant.tiff", from: folder.path) == nil)
        #expect(NearestFile(to: "", from: folder.path) == nil)
        #expect(NearestFile(to: "x", from: folder.path.appending("gone")) == nil)
    }

    @Test("NearestFile asks for a bounded number of names")
    func bounded() throws {
        let folder = try EmptyFolder()
        for number in 0..<40 { try folder.write("", to: "\(number).txt") }
        #expect(try FolderNames.read(folder.path, limit: 10).count == 10)
        #expect(try FolderNames.read(folder.path).count == 40)
        let many = (0..<NearestFile.mostNames).map { FileName("picture-\($0).jpg") }
        let nearest = NearestFile(to: "Picture-77.JPG", exists: { $0 == "picture-77.jpg" }, names: { _ in many })
        #expect(nearest?.path == "picture-77.jpg")
    }

    @Test(
        "AtomicFile keeps the permissions of the file that it replaces, and gives a new one those that the umask leaves"
    )
    func permissions() throws {
        let folder = try EmptyFolder()
        let path = folder.path.appending("a.txt")
        try AtomicFile.replace(path.string, with: [])
        let plain = try #require(try folder.permissions(of: "a.txt"))
        let file = try TemporaryFile.make(beside: path, permissions: .readWriteForAll)
        try file.descriptor.close()
        #expect(try folder.permissions(of: file.path.lastComponent?.string ?? "") == plain)
        for mode in [0o600, 0o666, 0o440] {
            try FileMode.set(FilePermissions(rawValue: CInterop.Mode(mode)), of: path)
            try AtomicFile.replace(path.string, with: [1])
            #expect(try folder.permissions(of: "a.txt") == mode)
        }
    }
}
