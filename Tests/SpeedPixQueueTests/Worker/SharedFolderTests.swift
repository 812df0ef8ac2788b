import SpeedPixQueue
import SpeedPixTestSupport
import SystemPackage
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("The folder below a worker's --root")
struct SharedFolderTests {
    /// `root/photos/7.jpg`, and beside the root a file that is not to be read.
    private func withFolders(_ body: (_ root: SharedFolder, _ path: String) throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            let files = FileManager.default
            let path = folder.path + "/root"
            try files.createDirectory(atPath: path + "/photos", withIntermediateDirectories: true)
            try Data("a".utf8).write(to: URL(filePath: path + "/photos/7.jpg"))
            try Data("b".utf8).write(to: URL(filePath: folder.path + "/secret.txt"))
            try files.createSymbolicLink(atPath: path + "/out.txt", withDestinationPath: "../secret.txt")
            try files.createSymbolicLink(atPath: path + "/in.jpg", withDestinationPath: "photos/7.jpg")
            try files.createSymbolicLink(atPath: path + "/up", withDestinationPath: "..")
            try files.createSymbolicLink(atPath: folder.path + "/link", withDestinationPath: "root")
            try body(SharedFolder(FilePath(folder.path + "/link")), path)
        }
    }

    @Test("Relative paths begin in it, also through .. and links that stay in it, and absolute ones may lie in it")
    func inside() async throws {
        try await withFolders { root, path in
            let file = SharedFolder.Place.file(root.path.appending("photos/7.jpg"))
            for value in ["photos/7.jpg", "./photos/7.jpg", "photos/../photos/7.jpg", "in.jpg", path + "/photos/7.jpg"]
            {
                #expect(root.place(of: value) == file, "\(value)")
                #expect(root.problem(with: value) == nil)
            }
        }
    }

    @Test("Paths that leave it by .., a link, ~ or an absolute path are refused, whether something is there or not")
    func outside() async throws {
        try await withFolders { root, path in
            let values = [
                "../secret.txt", "photos/../../secret.txt", "../nothing.jpg", "out.txt", "up/secret.txt", "/etc/passwd",
                path + "-other/x.jpg", "~/x.jpg", "~", "a\0b", "",
            ]
            for value in values {
                #expect(root.place(of: value) == .outside, "\(value)")
            }
            #expect(root.problem(with: "../secret.txt") == "may not read ../secret.txt, which lies outside its --root")
        }
    }

    @Test("A file that is not there is said to be lacking")
    func missing() async throws {
        try await withFolders { root, _ in
            #expect(root.place(of: "photos/8.jpg") == .missing)
            #expect(root.place(of: "nowhere/8.jpg") == .missing)
            #expect(root.problem(with: "photos/8.jpg") == "lacks photos/8.jpg below its --root")
        }
    }

    @Test(
        "URLs are no files",
        arguments: ["https://a.example/7.jpg", "HTTP://a.example/7.jpg", "data:image/png;base64,AA"])
    func urls(value: String) async throws {
        try await withFolders { root, _ in
            #expect(root.place(of: value) == .url)
        }
    }
}
