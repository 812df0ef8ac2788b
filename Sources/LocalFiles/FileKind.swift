package import SystemPackage

#if canImport(Darwin)
package import Darwin
#elseif canImport(Musl)
package import Musl
#else
package import Glibc
#endif

/// The type of what a path leads to.
package enum FileKind: Sendable {
    case file
    case folder
    /// A device, a pipe, a socket, or a link that was not followed.
    case other

    /// By the mode that `stat` gives.
    package init(_ status: stat) {
        switch status.st_mode & S_IFMT {
        case S_IFREG: self = .file
        case S_IFDIR: self = .folder
        default: self = .other
        }
    }

    /// - Parameter followsLast: Whether a link at the end is followed.
    /// - Throws: `Errno`, `noSuchFileOrDirectory` if nothing is there.
    package init(of path: FilePath, followsLast: Bool = true) throws(Errno) {
        var status = stat()
        let result = path.withPlatformString { followsLast ? stat($0, &status) : lstat($0, &status) }
        guard result == 0 else { throw Errno(rawValue: errno) }
        self.init(status)
    }

    /// The same, but nil if nothing is there, or it cannot be reached.
    package init?(_ path: FilePath, followsLast: Bool = true) {
        do {
            try self.init(of: path, followsLast: followsLast)
        } catch {
            return nil
        }
    }

    /// The same for a path that is text.
    package init(of path: String, followsLast: Bool = true) throws(Errno) {
        try self.init(of: FilePath(path), followsLast: followsLast)
    }

    /// The same for a path that is text, but nil if nothing is there, or it cannot be reached.
    package init?(_ path: String, followsLast: Bool = true) {
        self.init(FilePath(path), followsLast: followsLast)
    }
}
