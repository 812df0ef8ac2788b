package import SystemPackage

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Keeps an open file to one process for as long as it is open (`flock`). Only those who ask for the lock are kept away.
package enum FileLock {
    /// - Returns: False if another open file has it. True also on a file system without locks, such as some that are shared.
    package static func take(_ file: FileDescriptor) -> Bool {
        flock(file.rawValue, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK
    }
}
