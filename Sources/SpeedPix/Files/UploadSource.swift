import Crypto
import LocalFiles
import NIOCore
import SystemPackage
import _NIOFileSystem

/// Where the bytes of an upload come from.
public enum UploadSource: Sendable, Hashable {
    /// A regular file on this machine. It is streamed, never held in memory.
    case path(String)
    /// Bytes in memory, and the name to upload them under.
    case bytes([UInt8], filename: String)
    /// Bytes as they come, and the name to upload them under. They are never held in memory either.
    case stream(UploadStream, filename: String)
    /// A `data:` URI, base64 or percent-encoded; its media type is the upload's.
    case dataURI(String)

    /// A source that can be opened as often as it takes.
    enum Reopenable: Sendable {
        case path(FilePath)
        case content(UploadContent, mediaType: String?)
    }

    /// The content as a `data:` URI in base64, for inputs that are sent within the call itself.
    ///
    /// - Parameters:
    ///   - limit: More bytes than this are not taken; the official clients' rule is 1 MiB, the default.
    ///   - contentType: By the name's extension if nil, else by the content.
    /// - Returns: Nil for what is to be uploaded instead: more than `limit` bytes, and every stream, which can be read
    ///   only once.
    /// - Throws: ``SpeedPixError``: `file_not_found`, `file_system`, or `invalid_argument` for a folder.
    ///   `CancellationError` if the task is cancelled.
    public func dataURI(limit: Int = 1 << 20, contentType: String? = nil) async throws -> String? {
        if case .stream = self { return nil }
        return try await withReopenable(nonce: "") { source in
            try await source.withContent { content in
                guard content.size <= Int64(limit) else { return nil }
                let type = try await mediaType(
                    of: content, source, filename: defaultFilename(for: source), given: contentType)
                return DataURI.encode(try await content.collect(), mediaType: type)
            }
        }
    }

    /// The name it is uploaded under unless the caller gives another.
    func defaultFilename(for source: Reopenable) -> String {
        switch self {
        case .path(let path): return FilePath(path).lastComponent?.string ?? "file"
        case .bytes(_, let filename), .stream(_, let filename): return filename
        case .dataURI:
            guard case .content(_, let type?) = source, let ending = MediaType.fileExtension(for: type) else {
                return "file"
            }
            return "file.\(ending)"
        }
    }

    /// Where the bytes can most likely be read again; nil for what has no path, and for the number of
    /// an open file, which soon belongs to another one.
    var lastingPath: String? {
        guard case .path(let path) = self else { return nil }
        return ["/dev/fd/", "/proc/self/fd/"].contains(where: path.hasPrefix) ? nil : path
    }

    /// The caller's, the `data:` URI's own, by the name, by the content.
    func mediaType(
        of content: UploadContent, _ source: Reopenable, filename: String, given: String?
    ) async throws -> String {
        if let given { return given }
        if case .content(_, let own?) = source { return own }
        let promised = MediaType.guess(filename: filename)
        guard promised == MediaType.unknown else { return promised }
        return MediaType.sniff(try await content.head()) ?? MediaType.unknown
    }

    /// Passes on what can be opened again and again; a stream is put on disk for that long.
    func withReopenable<Result: Sendable>(
        nonce: @autoclosure () -> String, _ body: (Reopenable) async throws -> Result
    ) async throws -> Result {
        switch self {
        case .path(let path):
            return try await body(.path(FilePath(path)))
        case .bytes(let bytes, _):
            return try await body(.content(UploadContent(bytes), mediaType: nil))
        case .dataURI(let text):
            let uri: DataURI
            do {
                uri = try DataURI(text)
            } catch {
                throw SpeedPixError(error)
            }
            return try await body(.content(UploadContent(uri.bytes), mediaType: uri.mediaType))
        case .stream(let stream, _):
            return try await Spool.withContent(of: stream, nonce: nonce()) {
                try await body(.content($0, mediaType: nil))
            }
        }
    }
}

extension FileHandleProtocol where Self: Sendable {
    /// Closes, also in a cancelled task, where `close()` gives up and NIO traps on the handle that is dropped open.
    func closeIgnoringCancellation() async throws {
        try await Task { try await close() }.value
    }
}

extension UploadSource.Reopenable {
    /// Opens the source, passes it to `body` and closes it.
    ///
    /// The size is the open file's: a file that is replaced meanwhile cannot give another one's bytes.
    /// - Parameter clock: Measures the pauses while the process has no number left for the file.
    func withContent<Result: Sendable>(
        _ clock: any Clock<Duration> = TimerClock(), _ body: (UploadContent) async throws -> Result
    ) async throws -> Result {
        switch self {
        case .content(let content, _):
            return try await body(content)
        case .path(let path):
            do {
                // Before opening: to open a pipe without a writer would block for ever.
                if let info = try await FileSystem.shared.info(forFileAt: path) {
                    try Self.check(info, path.shown)
                }
                let handle = try await DescriptorShortage.retrying(clock) {
                    try await FileSystem.shared.openFile(forReadingAt: path)
                }
                do {
                    let info = try await handle.info()
                    try Self.check(info, path.shown)
                    let result = try await body(UploadContent(handle, info))
                    try await handle.closeIgnoringCancellation()
                    return result
                } catch {
                    try? await handle.closeIgnoringCancellation()
                    throw error
                }
            } catch let error where error is FileSystemError || error is Errno {
                throw SpeedPixError.file(error, doing: "read", path: path.shown)
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
