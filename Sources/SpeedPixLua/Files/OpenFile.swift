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

/// A regular file that a script may read, held open: whatever happens to its path, the content is this file's.
final class OpenFile: Sendable {
    let descriptor: Descriptor
    /// As the script named it, for messages.
    let name: String

    init(_ descriptor: Descriptor, name: String) {
        self.descriptor = descriptor
        self.name = name
    }

    /// A path that leads to this very file while the value lives, for code that takes only paths.
    var reachablePath: String { "/dev/fd/\(descriptor.number)" }

    var size: Int64 { Int64(descriptor.status?.st_size ?? 0) }

    /// Calls `body` with pieces of the content, from the start.
    func forEachPiece(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        try withUnsafeTemporaryAllocation(byteCount: 256 << 10, alignment: 16) { buffer in
            var offset: off_t = 0
            while true {
                let count = pread(descriptor.number, buffer.baseAddress, buffer.count, offset)
                if count < 0 {
                    if errno == EINTR { continue }
                    throw Descriptor.failure(errno, name)
                }
                if count == 0 { return }
                try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                offset += off_t(count)
            }
        }
    }

    /// The whole content.
    ///
    /// - Throws: ``SpeedPixError`` `invalid_argument` if it is more than `limit` bytes.
    func read(limit: Int = 256 << 20) throws -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(Int(size), limit))
        try forEachPiece { piece in
            guard bytes.count + piece.count <= limit else {
                throw SpeedPixError(.invalidArgument, "\(name) is larger than \(limit >> 20) MiB")
            }
            bytes.append(contentsOf: piece)
        }
        return bytes
    }
}

extension FileAccess {
    /// Opens a regular file for reading.
    ///
    /// The path is judged before opening, for the error, and the open file after it: a link that was put there
    /// in between has no effect.
    ///
    /// - Parameter afterCheck: Called between the two, for tests of just that.
    /// - Throws: ``SpeedPixError``: `file_not_found`, `not_allowed`, `invalid_argument` for a folder.
    func open(_ path: FilePath, afterCheck: () -> Void = {}) throws -> OpenFile {
        let real = try readable(path)
        afterCheck()
        let descriptor: Descriptor
        switch try overlay?.reading(real, shownAs: path.shown) ?? .disk(real) {
        case .content(let content):
            onRead?(real)
            return OpenFile(content, name: path.shown)
        case .folder: throw Self.isFolder(path)
        case .disk(let diskPath):
            descriptor = try Descriptor.opening(diskPath, O_RDONLY | O_NOFOLLOW, shownAs: path.shown)
        }
        guard let now = descriptor.path else {
            throw SpeedPixError(.fileSystem, "\(path.shown): its place is not known")
        }
        try checkReading(now, as: path)
        switch descriptor.status.map(FileKind.init) {
        case .file:
            onRead?(now)
            return OpenFile(descriptor, name: path.shown)
        case .folder: throw Self.isFolder(path)
        case .other, nil: throw SpeedPixError(.invalidArgument, "\(path.shown) is not a regular file")
        }
    }

    private static func isFolder(_ path: FilePath) -> SpeedPixError {
        SpeedPixError(.invalidArgument, "\(path.shown) is a folder", remedy: "name a file in it; fs.list shows them")
    }
}
