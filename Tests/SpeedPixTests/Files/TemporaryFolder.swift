import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Runs `body` with the path of an empty folder that is gone afterwards.
func withTemporaryFolder(_ body: (TemporaryFolder) async throws -> Void) async throws {
    let folder = TemporaryFolder(
        path: FileManager.default.temporaryDirectory.appending(path: "speedpix-\(UUID().uuidString)").path)
    try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder.path) }
    try await body(folder)
}

struct TemporaryFolder: Sendable {
    let path: String

    /// Writes a file and returns its path.
    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        try Data(bytes).write(to: URL(filePath: self[name]))
        return self[name]
    }

    /// The path of a file in the folder.
    subscript(name: String) -> String { "\(path)/\(name)" }

    func bytes(_ name: String) throws -> [UInt8] { try Array(Data(contentsOf: URL(filePath: self[name]))) }

    /// Everything in the folder, hidden files too.
    var names: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() } }

    func makeFolder(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: self[name], withIntermediateDirectories: true)
    }
}
