package import SystemPackage

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Who may read and write a file that is replaced: its new content belongs to the same readers.
package enum FileMode {
    /// The permissions of a regular file; nil for anything else, and where nothing is.
    ///
    /// - Parameter folder: An open folder in which a relative path starts; the working folder if nil.
    package static func ofFile(at path: FilePath, in folder: FileDescriptor? = nil) -> FilePermissions? {
        var status = stat()
        let result = path.withPlatformString {
            // A link is replaced itself, and has no permissions of its own.
            fstatat(folder?.rawValue ?? AT_FDCWD, $0, &status, AT_SYMLINK_NOFOLLOW)
        }
        guard result == 0, FileKind(status) == .file else { return nil }
        // Without the bits that lend a program its owner's rights: this is another content.
        return FilePermissions(rawValue: status.st_mode & 0o777)
    }

    /// Sets the permissions of an open file, whatever the umask.
    package static func set(_ permissions: FilePermissions, of file: FileDescriptor) throws(Errno) {
        guard fchmod(file.rawValue, permissions.rawValue) == 0 else { throw Errno(rawValue: errno) }
    }

    /// The same by a path.
    package static func set(_ permissions: FilePermissions, of path: FilePath) throws(Errno) {
        let result = path.withPlatformString { chmod($0, permissions.rawValue) }
        guard result == 0 else { throw Errno(rawValue: errno) }
    }
}
