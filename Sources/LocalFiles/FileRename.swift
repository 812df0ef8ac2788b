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

    /// The same, but where something is already, it stays, and so does the source.
    ///
    /// - Returns: Whether the source is at the target now.
    package static func move(_ source: FilePath, toNew target: FilePath) throws(Errno) -> Bool {
        let result = source.withPlatformString { source in
            target.withPlatformString { target in link(source, target) }
        }
        if result == 0 {
            try FileRemoval.remove(source)
            return true
        }
        let error = Errno(rawValue: errno)
        if error == .fileExists { return false }
        // A file system without links: then a moment lies between looking and moving.
        guard [.notPermitted, .notSupported, .notSupportedOnSocket, .tooManyLinks].contains(error) else { throw error }
        guard target.withPlatformString({ access($0, F_OK) }) != 0 else { return false }
        try move(source, over: target)
        return true
    }
}
