package import SystemPackage

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

package enum Folder {
    /// Makes a folder, with those above it, unless it is there.
    ///
    /// - Parameter permissions: Of each folder that is made, less the umask.
    /// - Throws: `Errno`, `notDirectory` for a path, or a part of it, that is a file.
    package static func make(_ path: FilePath, permissions: FilePermissions) throws(Errno) {
        guard let error = errorOfMaking(path, permissions) else { return }
        switch error {
        case .fileExists:
            guard FileKind(path) == .folder else { throw .notDirectory }
        case .noSuchFileOrDirectory where !path.removingLastComponent().isEmpty:
            try make(path.removingLastComponent(), permissions: permissions)
            // Another process may have made it meanwhile.
            if let error = errorOfMaking(path, permissions), error != .fileExists { throw error }
        default: throw error
        }
    }

    /// The same for a folder that only its owner may enter.
    package static func makePrivate(_ path: FilePath) throws(Errno) {
        try make(path, permissions: .ownerReadWriteExecute)
    }

    private static func errorOfMaking(_ path: FilePath, _ permissions: FilePermissions) -> Errno? {
        path.withPlatformString { mkdir($0, permissions.rawValue) } == 0 ? nil : Errno(rawValue: errno)
    }
}
