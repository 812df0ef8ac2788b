package import SystemPackage

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Folders that are for their owner only.
package enum PrivateFolder {
    /// Makes a folder, with those above it, unless it is there.
    ///
    /// - Throws: `Errno`, `notDirectory` for a path, or a part of it, that is a file.
    package static func make(_ path: FilePath) throws(Errno) {
        guard mkdir(path.string, 0o700) != 0 else { return }
        let failure = Errno(rawValue: errno)
        switch failure {
        case .fileExists:
            var status = stat()
            guard stat(path.string, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { throw .notDirectory }
        case .noSuchFileOrDirectory where !path.removingLastComponent().isEmpty:
            try make(path.removingLastComponent())
            // Somebody else may have been faster.
            guard mkdir(path.string, 0o700) == 0 || errno == EEXIST else { throw Errno(rawValue: errno) }
        default: throw failure
        }
    }
}
