package import SystemPackage

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

package enum RealPath {
    /// The absolute path without links, `.` and `..` (`realpath(3)`).
    ///
    /// - Throws: `Errno`, `noSuchFileOrDirectory` if nothing is there.
    package static func resolve(_ path: FilePath) throws(Errno) -> FilePath {
        guard let resolved = path.withPlatformString({ realpath($0, nil) }) else { throw Errno(rawValue: errno) }
        defer { free(resolved) }
        return FilePath(platformString: resolved)
    }

    /// The same for a path that is text. A real path that is not is `illegalByteSequence`.
    package static func resolve(_ path: String) throws(Errno) -> String {
        guard let text = try resolve(FilePath(path)).text else { throw .illegalByteSequence }
        return text
    }
}
