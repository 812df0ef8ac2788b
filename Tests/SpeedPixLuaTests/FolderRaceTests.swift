import SpeedPix
import Testing

@testable import SpeedPixLua

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("Folders that are made for a file")
struct FolderRaceTests {
    @Test("A write uses a folder that something else has made meanwhile", arguments: ["a", "a/b", "a/b/c"])
    func foldersMadeMeanwhile(made: String) throws {
        let folder = try ScriptFolder()
        let files = FileAccess(workingDirectory: folder.path, homeDirectory: folder.path)
        let (opened, name) = try files.folder(forWriting: "a/b/c/picture.png", makesParents: true) {
            try? FileManager.default.createDirectory(
                atPath: "\(folder.path)/\(made)", withIntermediateDirectories: true)
        }
        try opened.replace(name, with: Array("x".utf8))
        #expect(FileManager.default.fileExists(atPath: "\(folder.path)/a/b/c/picture.png"))
    }
}
