import LocalFiles
import Synchronization
import SystemPackage

/// Files and folders that no script may reach, whatever they are called by then.
final class WithheldFiles: Sendable {
    let paths: [String]
    /// What was found at the paths: it stays withheld, also after it was renamed.
    private let identities: Mutex<Set<FileIdentity>>

    init(_ paths: [String]) {
        self.paths = paths
        identities = Mutex(Set(paths.compactMap { FileIdentity(FilePath($0)) }))
    }

    /// Whether it is one of them, or lies in one of them.
    ///
    /// - Parameter real: A real path, or that of something which is not there yet.
    func contains(_ real: FilePath) -> Bool {
        guard !paths.isEmpty else { return false }
        // Some come into being while the script runs, such as a journal.
        let found = Set(paths.compactMap { FileIdentity(FilePath($0)) })
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
        return paths.contains { withheld in
            real.starts(with: FileAccess.real(FilePath(withheld)) ?? FilePath(withheld))
        }
    }
}
