package import SystemPackage

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

package enum FileRename {
    /// `rename(2)`: the target is the old file or the whole new one at every moment.
    ///
    /// NIO's `replaceItem` removes the target first and then moves, so a reader could find nothing.
    package static func move(_ source: FilePath, over target: FilePath) throws(Errno) {
        let result = source.withPlatformString { source in
            target.withPlatformString { target in rename(source, target) }
        }
        guard result == 0 else { throw Errno(rawValue: errno) }
    }
}
