#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// How many files and connections this process may have open at a time.
package enum OpenFileLimit {
    /// More than any run needs; beyond it programs that this one starts would have to close too many numbers.
    private static let maximum: rlim_t = 65_536
    /// What macOS takes for a process (`OPEN_MAX` in sys/syslimits.h), whatever `getrlimit` says.
    private static let mostOnDarwin: rlim_t = 10_240

    /// The soft limit.
    package static var current: Int {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return 256 }
        return Int(min(limit.rlim_cur, maximum))
    }

    /// Raises the soft limit as far as the system lets a user do that. A limit that cannot be raised stays.
    package static func raise() {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return }
        #if canImport(Darwin)
        let wanted = min(limit.rlim_max, mostOnDarwin)
        #else
        let wanted = min(limit.rlim_max, maximum)
        #endif
        guard limit.rlim_cur < wanted else { return }
        limit.rlim_cur = wanted
        _ = setrlimit(resource, &limit)
    }

    #if canImport(Darwin) || canImport(Musl)
    private static var resource: Int32 { RLIMIT_NOFILE }
    #else
    private static var resource: __rlimit_resource_t { __rlimit_resource_t(RLIMIT_NOFILE.rawValue) }
    #endif

    /// Connections to one host that a process with this limit may keep.
    static func connections(within limit: Int) -> Int { min(max(limit / 16, 4), 64) }

    /// Transfers that a process with this limit may have at a time: each takes a connection, the file and its folder, and
    /// three more where the store is in the same process.
    static func transfers(within limit: Int) -> Int { min(max((limit - 100) / 6, 2), 64) }
}
