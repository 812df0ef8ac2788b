import SpeedPix

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// What lies in a folder that a script may read.
struct FolderListing {
    /// In order, without `.` and `..`.
    let names: [String]

    /// - Throws: ``SpeedPixError``: `file_not_found`, `not_allowed`, `file_system` for what is not a folder.
    init(_ path: String, _ files: FileAccess) throws {
        let real = try files.readable(path)
        if let names = files.overlay?.newNames(in: real) {
            self.names = names
            return
        }
        guard files.overlay == nil || files.kind(of: real) == .folder else { throw Descriptor.failure(ENOTDIR, path) }
        let descriptor = try Descriptor.opening(real, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, shownAs: path)
        guard let now = descriptor.path else { throw SpeedPixError(.fileSystem, "\(path): its place is not known") }
        try files.checkReading(now, as: path)
        let names = try Self.names(in: descriptor, shownAs: path)
        self.names = files.overlay?.merged(names, in: real) ?? names.sorted()
    }

    /// What an open folder of the disk holds, in no order.
    static func names(in descriptor: Descriptor, shownAs path: String) throws -> [String] {
        // The stream closes the descriptor that it is given.
        let copy = dup(descriptor.number)
        guard let stream = fdopendir(copy) else {
            let code = errno
            if copy >= 0 { close(copy) }
            throw Descriptor.failure(code, path)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 1) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
