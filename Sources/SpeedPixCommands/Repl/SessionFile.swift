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
        let folder = FilePath(path).removingLastComponent().string
        guard files.fileExists(atPath: folder, isDirectory: &isFolder), isFolder else {
            throw CommandFailure(.failure, "could not write \(name): there is no folder \(folder)")
        }
        do {
            try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
        } catch let error as CocoaError where error.code == .fileWriteNoPermission {
            throw CommandFailure(.failure, "could not write \(name): permission denied in \(folder)")
        } catch let error as CocoaError where error.code == .fileWriteOutOfSpace {
            throw CommandFailure(.failure, "could not write \(name): there is no space left in \(folder)")
        } catch {
            throw CommandFailure(.failure, "could not write \(name): \(error)")
        }
    }
}
