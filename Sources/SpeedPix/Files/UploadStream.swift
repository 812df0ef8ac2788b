public import NIOCore
import Synchronization

/// Bytes that come one after the other, and only once: a pipe, a request's body, something being made.
///
/// A signed upload needs the length before it begins, so the bytes first go to a temporary file, whose name is removed
/// as soon as it is open: nothing stays behind, however the upload ends.
public struct UploadStream: Sendable, Hashable {
    private final class Source: Sendable {
        let chunks: AnyByteStream
        let isRead = Mutex(false)

        init(_ chunks: AnyByteStream) { self.chunks = chunks }
    }

    private let source: Source
    let spoolFolder: String?

    /// A stream of chunks, of whatever size they come in.
    ///
    /// - Parameter spoolFolder: Where the temporary file is made; nil stands for the system's folder for such files. It
    ///   should lie on a disk: on many machines `/tmp` is memory.
    public init<Chunks: AsyncSequence & Sendable>(_ chunks: Chunks, spoolFolder: String? = nil)
    where Chunks.Element == ByteBuffer {
        source = Source(AnyByteStream(chunks))
        self.spoolFolder = spoolFolder
    }

    /// A stream of chunks as arrays.
    ///
    /// - Parameter spoolFolder: Where the temporary file is made; nil stands for the system's folder for such files.
    public init<Chunks: AsyncSequence & Sendable>(_ chunks: Chunks, spoolFolder: String? = nil)
    where Chunks.Element == [UInt8] {
        self.init(chunks.map { ByteBuffer(bytes: $0) }, spoolFolder: spoolFolder)
    }

    /// The bytes, for the first call alone.
    ///
    /// - Throws: ``SpeedPixError`` `invalid_argument` the second time.
    func read() throws -> AnyByteStream {
        let isFirst = source.isRead.withLock { isRead in
            defer { isRead = true }
            return !isRead
        }
        guard isFirst else {
            throw SpeedPixError(
                .invalidArgument, "the stream was uploaded before and cannot be read again",
                remedy: "upload it once and use the file, or make a new stream")
        }
        return source.chunks
    }

    /// The same stream, not one with the same bytes.
    public static func == (left: UploadStream, right: UploadStream) -> Bool { left.source === right.source }

    /// Hashes which stream it is.
    public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(source)) }
}
