import SystemPackage

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A folder of a test's own, which is removed with the value.
final class EmptyFolder {
    let path: FilePath

    init() throws {
        path = FilePath(FileManager.default.temporaryDirectory.path).appending("local-files-\(UUID().uuidString)")
        try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path.string) }

    /// Everything in it, hidden files too.
    var names: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: path.string).sorted() } }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path.appending(name).string))
    }

    func text(_ name: String) throws -> String {
        try String(contentsOfFile: path.appending(name).string, encoding: .utf8)
    }

    func permissions(of name: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path.appending(name).string)[.posixPermissions] as? Int
    }
}
