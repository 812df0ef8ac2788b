import LocalFiles
import SystemPackage

/// A file that `:save` writes.
enum SessionFile {
    /// All of it or nothing.
    ///
    /// - Throws: ``CommandFailure`` if there is such a file already, or it cannot be written.
    static func write(_ text: String, to path: String, named name: String, replaces: Bool) throws {
        let kind = FileKind(path)
        guard kind != .folder else { throw CommandFailure(.failure, "\(name) is a folder") }
        guard kind == nil || replaces else {
            throw CommandFailure(.failure, "\(name) is there already; :save! \(name) replaces it")
        }
        let folder = FilePath(path).removingLastComponent().string
        guard FileKind(folder) == .folder else {
            throw CommandFailure(.failure, "could not write \(name): there is no folder \(folder)")
        }
        do {
            try AtomicFile.replace(path, with: Array(text.utf8))
        } catch {
            throw CommandFailure.writing(name, error)
        }
    }
}
