import LocalFiles
import Synchronization
import SystemPackage

/// The real paths of the folders that a script may use, by the paths that they were given by.
///
/// Each path that a script names is compared with all of them, and to resolve one takes a call of the system for each of its parts.
final class RealFolders: Sendable {
    private let known = Mutex<[String: FilePath]>([:])

    /// The real path as it was when it was resolved last; nil if that was never.
    subscript(_ folder: String) -> FilePath? { known.withLock { $0[folder] } }

    /// The real path as it is now; nil if nothing is there.
    func resolve(_ folder: String) -> FilePath? {
        let real = FileAccess.real(FilePath(folder))
        known.withLock { $0[folder] = real }
        return real
    }
}
