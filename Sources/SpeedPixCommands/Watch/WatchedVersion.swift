import SystemPackage

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// What distinguishes one state of a file or a folder from another, from the file system's attributes; nothing if it is gone.
struct WatchedVersion: Hashable, Sendable {
    /// A larger file is not read once more: each new version counts as a change.
    private static let largest: Int64 = 64 << 20

    /// Nil if there is none.
    private(set) var inode: UInt64?
    var isThere: Bool { inode != nil }
    private var kind: UInt32 = 0
    private var size: Int64 = 0
    private var seconds = 0
    private var nanoseconds = 0
    /// Of the last change of anything, which no program can set.
    private var changeSeconds = 0
    private var changeNanoseconds = 0

    init(_ path: FilePath) {
        var status = stat()
        guard path.withPlatformString({ stat($0, &status) }) == 0 else { return }
        inode = UInt64(truncatingIfNeeded: status.st_ino)
        kind = UInt32(status.st_mode) & UInt32(S_IFMT)
        size = Int64(status.st_size)
        #if canImport(Darwin)
        seconds = status.st_mtimespec.tv_sec
        nanoseconds = status.st_mtimespec.tv_nsec
        changeSeconds = status.st_ctimespec.tv_sec
        changeNanoseconds = status.st_ctimespec.tv_nsec
        #else
        seconds = status.st_mtim.tv_sec
        nanoseconds = status.st_mtim.tv_nsec
        changeSeconds = status.st_ctim.tv_sec
        changeNanoseconds = status.st_ctim.tv_nsec
        #endif
    }

    /// What journals keep of a regular file, of which any change is noticed: its size and times; nil for anything else.
    var text: String? {
        kind == UInt32(S_IFREG) ? "\(size):\(seconds).\(nanoseconds):\(changeSeconds).\(changeNanoseconds)" : nil
    }

    /// A hash of a file's bytes, or of the names in a folder; the same in this process for the same content. Nil if it cannot
    /// be read, or would take long.
    func content(of path: FilePath) -> Int? {
        switch kind {
        case UInt32(S_IFREG): size <= Self.largest ? Self.bytes(of: path) : nil
        case UInt32(S_IFDIR): Self.names(in: path)
        // Reading a pipe or a device would take data away from its reader.
        default: nil
        }
    }

    private static func bytes(of path: FilePath) -> Int? {
        let descriptor = path.withPlatformString { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var hasher = Hasher()
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count != 0 else { return hasher.finalize() }
            guard count > 0 else {
                if errno == EINTR { continue }
                return nil
            }
            buffer[..<count].withUnsafeBytes { hasher.combine(bytes: $0) }
        }
    }

    private static func names(in path: FilePath) -> Int? {
        guard let folder = path.withPlatformString({ opendir($0) }) else { return nil }
        defer { closedir(folder) }
        var names: [[UInt8]] = []
        while let entry = readdir(folder) {
            // Names are bytes, which end at the first zero.
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            names.append(name)
        }
        // Folders have no order.
        names.sort { $0.lexicographicallyPrecedes($1) }
        return names.hashValue
    }
}
