package import SystemPackage

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// What the system has in a folder.
package enum FolderNames {
    /// The names in no order, without `.` and `..`.
    ///
    /// - Parameter limit: How many are read at most.
    package static func read(_ folder: FilePath, limit: Int = .max) throws(Errno) -> [FileName] {
        let descriptor = folder.withPlatformString { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
        defer { close(descriptor) }
        return try read(FileDescriptor(rawValue: descriptor), limit: limit)
    }

    /// The same of an open folder, which stays open.
    package static func read(_ folder: FileDescriptor, limit: Int = .max) throws(Errno) -> [FileName] {
        // The stream closes the descriptor that it is given.
        let copy = dup(folder.rawValue)
        guard let stream = fdopendir(copy) else {
            let code = errno
            if copy >= 0 { close(copy) }
            throw Errno(rawValue: code)
        }
        defer { closedir(stream) }
        // A copy shares its position with the descriptor, which may have been read before.
        rewinddir(stream)
        var names: [FileName] = []
        while names.count < limit, let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
                let start = UnsafeRawPointer(name)
                return FileName(
                    bytes: UnsafeRawBufferPointer(
                        start: start, count: strlen(start.assumingMemoryBound(to: CChar.self))))
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
