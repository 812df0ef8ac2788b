#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// An empty folder for one test, removed with everything in it when it is released.
package final class TemporaryFolder: Sendable {
    /// Without symbolic links.
    package let path: String

    /// - Throws: What the file system says if it cannot be made.
    package init() throws {
        path = Self.unusedPath()
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// A path in the system's temporary folder where nothing lies, without symbolic links.
    package static func unusedPath() -> String {
        let parent = FileManager.default.temporaryDirectory.resolvingSymlinksInPath().path
        return "\(parent)/speedpix-test-\(UUID().uuidString)"
    }

    /// The path of a file in the folder.
    package subscript(name: String) -> String { "\(path)/\(name)" }

    /// Writes a file, and makes the folders that its name has.
    ///
    /// - Returns: Its path.
    @discardableResult
    package func write(_ bytes: some Sequence<UInt8>, to name: String) throws -> String {
        if let slash = name.lastIndex(of: "/") { try makeFolder(String(name[..<slash])) }
        try Data(bytes).write(to: URL(filePath: self[name]))
        return self[name]
    }

    /// Writes a text as UTF-8, and makes the folders that its name has.
    ///
    /// - Returns: Its path.
    @discardableResult
    package func write(_ text: String, to name: String) throws -> String {
        try write(text.utf8, to: name)
    }

    /// The bytes of a file.
    package func read(_ name: String) throws -> [UInt8] {
        try Array(Data(contentsOf: URL(filePath: self[name])))
    }

    /// A file as text, with U+FFFD for whatever is not UTF-8.
    package func text(_ name: String) throws -> String {
        String(decoding: try read(name), as: UTF8.self)
    }

    /// Makes a symbolic link.
    package func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: self[name], withDestinationPath: target)
    }

    /// Removes a file, or a folder with everything in it.
    package func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: self[name])
    }

    /// Makes a folder, and those on the way to it.
    package func makeFolder(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: self[name], withIntermediateDirectories: true)
    }

    /// The sorted names of the files and folders in the folder itself, hidden ones too.
    package var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
    }

    /// The sorted paths, within the folder, of all files and folders at any depth; empty if it cannot be read.
    package var contents: [String] {
        ((try? FileManager.default.subpathsOfDirectory(atPath: path)) ?? []).sorted()
    }
}

/// Runs `body` with an empty folder that is removed afterwards.
package func withTemporaryFolder(_ body: (TemporaryFolder) async throws -> Void) async throws {
    let folder = try TemporaryFolder()
    try await body(folder)
    withExtendedLifetime(folder) {}
}
