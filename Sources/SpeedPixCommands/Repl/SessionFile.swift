import SystemPackage

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A file that `:save` writes.
enum SessionFile {
    /// All of it or nothing.
    ///
    /// - Throws: ``CommandFailure`` if there is such a file already, or it cannot be written.
    static func write(_ text: String, to path: String, named name: String, replaces: Bool) throws {
        let files = FileManager.default
        var isFolder = false
        if files.fileExists(atPath: path, isDirectory: &isFolder), isFolder || !replaces {
            throw CommandFailure(
                .failure, isFolder ? "\(name) is a folder" : "\(name) is there already; :save! \(name) replaces it")
        }
        do {
            try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw CommandFailure(.failure, "could not write \(name): \(error.localizedDescription)")
        }
    }
}
