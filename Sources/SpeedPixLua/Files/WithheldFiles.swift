import LocalFiles
import Synchronization
import SystemPackage

/// Files and folders that no script may reach, whatever they are called by then.
final class WithheldFiles: Sendable {
    let paths: [String]
    private let files: [FilePath]
    /// What was found at the paths: it stays withheld, also after it was renamed.
    private let identities: Mutex<Set<FileIdentity>>

    init(_ paths: [String]) {
        self.paths = paths
        files = paths.map { FilePath($0) }
        identities = Mutex(Set(files.compactMap(FileIdentity.init)))
    }

    /// Whether it is one of them, or lies in one of them.
    ///
    /// - Parameter real: A real path, or that of something which is not there yet.
    func contains(_ real: FilePath) -> Bool {
        guard !paths.isEmpty else { return false }
        var found: Set<FileIdentity> = []
        var absent: [FilePath] = []
        for path in files {
            // Some come into being while the script runs, such as a journal.
            if let identity = FileIdentity(path) { found.insert(identity) } else { absent.append(path) }
        }
        let known = identities.withLock { known in
            known.formUnion(found)
            return known
        }
        var path = real
        while !path.components.isEmpty {
            // A hard link is the same file under another path.
            if let own = FileIdentity(path), known.contains(own) { return true }
            path.removeLastComponent()
        }
        return absent.contains { real.isInside($0) }
    }
}
