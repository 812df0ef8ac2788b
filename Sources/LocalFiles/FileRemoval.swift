package import SystemPackage

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

package enum FileRemoval {
    /// `unlink(2)`: also in a cancelled task, where NIO's calls give up at once.
    package static func remove(_ path: FilePath) throws(Errno) {
        let result = path.withPlatformString { unlink($0) }
        guard result == 0 else { throw Errno(rawValue: errno) }
    }
}
