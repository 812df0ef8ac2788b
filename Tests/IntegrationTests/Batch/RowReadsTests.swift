import Foundation
import SystemPackage
import Testing

@testable import SpeedPixCommands

@Suite("What a row has looked at")
struct RowReadsTests {
    private func changes(_ reads: RowReads) -> [String] {
        var folders: [String: String?] = [:]
        return RowReads.changes(since: reads.files, &folders).map { FilePath($0).lastComponent?.string ?? "" }
    }

    @Test("A file that was missing and is there now is a change; one that is still missing is none")
    func missing() throws {
        let folder = try TestFolder()
        let reads = RowReads()
        for name in ["later.txt", "never.txt", "sub/deep.txt"] { reads.noteRead(FilePath(folder[name])) }
        #expect(reads.files.count == 3 && changes(reads).isEmpty)
        try folder.write("x", to: "later.txt")
        try folder.write("x", to: "sub/deep.txt")
        #expect(changes(reads) == ["later.txt", "deep.txt"])
    }

    @Test("A folder has changed if a name in it has come or gone, but not by hidden ones")
    func folders() throws {
        let folder = try TestFolder()
        try folder.write("x", to: "photos/a.jpg")
        let reads = RowReads()
        reads.noteRead(FilePath(folder["photos"]))
        try folder.write("y", to: "photos/a.jpg")
        try folder.write("y", to: "photos/.b.jpg.part")
        #expect(reads.files.count == 1 && changes(reads).isEmpty)
        try folder.write("y", to: "photos/b.jpg")
        #expect(changes(reads) == ["photos"])
    }

    @Test(
        "What the row has written itself does not count, whatever the path to it, nor a folder that it has written into"
    )
    func written() throws {
        let folder = try TestFolder()
        try folder.makeFolder("out")
        try FileManager.default.createSymbolicLink(atPath: folder["link"], withDestinationPath: folder["out"])
        let reads = RowReads()
        reads.noteRead(FilePath(folder["out"]))
        reads.noteRead(FilePath(folder["link/a.txt"]))
        reads.noteWrite(FilePath(folder["link/a.txt"]))
        try folder.write("x", to: "out/a.txt")
        reads.noteRead(FilePath(folder["out/a.txt"]))
        #expect(reads.files.isEmpty, "\(reads.files)")
    }
}
