import LocalFiles
import SpeedPix
import SystemPackage

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// What lies in a folder that a script may read.
struct FolderListing {
    /// In the order of their bytes, without `.` and `..`.
    let names: [FileName]

    /// - Parameter limit: How many names are read at most; which ones, is the system's choice.
    /// - Throws: ``SpeedPixError``: `file_not_found`, `not_allowed`, `file_system` for what is not a folder.
    init(_ path: FilePath, _ files: FileAccess, limit: Int = .max) throws {
        let real = try files.readable(path)
        if let names = files.overlay?.newNames(in: real) {
            self.names = names
            return
        }
        guard files.overlay == nil || files.kind(of: real) == .folder else {
            throw Descriptor.failure(ENOTDIR, path.shown)
        }
        let descriptor = try Descriptor.opening(real, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, shownAs: path.shown)
        guard let now = descriptor.path else {
            throw SpeedPixError(.fileSystem, "\(path.shown): its place is not known")
        }
        try files.checkReading(now, as: path)
        // Before the names: one that comes or goes from now on is a change.
        files.onRead?(now)
        let names = try Self.names(in: descriptor, limit: limit, shownAs: path.shown)
        self.names = files.overlay?.merged(names, in: real) ?? names.sorted()
    }

    /// What an open folder of the disk holds, in no order.
    static func names(in descriptor: Descriptor, limit: Int = .max, shownAs path: String) throws -> [FileName] {
        do {
            return try FolderNames.read(FileDescriptor(rawValue: descriptor.number), limit: limit)
        } catch {
            throw Descriptor.failure(error.rawValue, path)
        }
    }
}
