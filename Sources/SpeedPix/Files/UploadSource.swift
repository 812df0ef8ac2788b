import NIOCore
import SystemPackage
import _NIOFileSystem

/// Where the bytes of an upload come from.
public enum UploadSource: Sendable, Hashable {
    /// A regular file on this machine. It is streamed, never held in memory.
    case path(String)
    /// Bytes in memory, and the name to upload them under.
    case bytes([UInt8], filename: String)

    var defaultFilename: String {
        switch self {
        case .path(let path): FilePath(path).lastComponent?.string ?? "file"
        case .bytes(_, let filename): filename
        }
    }

    /// Opens the source, passes its size and its bytes to `body`, and closes it.
    ///
    /// The size is the open file's: a file that is replaced meanwhile cannot give another one's bytes.
    func withBody<Result: Sendable>(
        _ body: (_ size: Int64, _ makeBody: @Sendable () -> TransportRequest.Body) async throws -> Result
    ) async throws -> Result {
        switch self {
        case .bytes(let bytes, _):
            return try await body(Int64(bytes.count)) { bytes.isEmpty ? .none : .bytes(bytes) }
        case .path(let path):
            do {
                // Before opening: to open a pipe that nobody writes to would block for ever.
                if let info = try await FileSystem.shared.info(forFileAt: FilePath(path)) {
                    try Self.check(info, path)
                }
                // Closes even in a cancelled task, where a plain `close()` gives up and NIO traps on the open handle.
                return try await FileSystem.shared.withFileHandle(forReadingAt: FilePath(path)) { handle in
                    let info = try await handle.info()
                    try Self.check(info, path)
                    let size = info.size
                    return try await body(size) {
                        guard size > 0 else { return .none }
                        let chunks = handle.readChunks(in: 0..<size, chunkLength: .kibibytes(256))
                        return .stream(length: size, AnyByteStream(chunks))
                    }
                }
            } catch let error as FileSystemError {
                throw SpeedPixError.file(error, doing: "read", path: path)
            }
        }
    }

    private static func check(_ info: FileInfo, _ path: String) throws {
        guard info.type == .regular else {
            let isFolder = info.type == .directory
            throw SpeedPixError(
                .invalidArgument, "\(path) is a \(isFolder ? "folder" : "special file")",
                remedy: isFolder ? "upload the files in it one by one" : "upload a regular file")
        }
    }
}
