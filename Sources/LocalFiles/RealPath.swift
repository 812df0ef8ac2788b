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
    package static func resolve(_ path: String) throws(Errno) -> String {
        guard let resolved = realpath(path, nil) else { throw Errno(rawValue: errno) }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
