import Crypto
public import NIOCore

/// A file of the service's as it comes, for a server that passes it on: chunk by chunk, never in memory as a whole.
///
/// ```swift
/// for try await chunk in client.files.stream(done.files[0]) {
///     try await response.write(chunk)
/// }
/// ```
///
/// Nothing is asked before the first `next`; each iteration downloads anew. Three chunks at most are fetched ahead of the reader,
/// and while it takes none the connection waits; one that breaks meanwhile is taken up again. A connection that breaks is taken
/// up where it broke, as ``Files/download(_:to:onProgress:)`` does it. If the store can only begin anew, what was passed on
/// already is fetched again, compared and left out.
///
/// A stream counts as one of the client's transfers from its first `next` to its end. Leaving the loop and cancelling its task end
/// the connection.
public struct DownloadStream: AsyncSequence, Sendable {
    /// Bytes, as many as came at once; never none.
    public typealias Element = ByteBuffer

    let url: String
    let files: Files

    /// Starts nothing yet.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(url: url, files: files) }

    /// Downloads as it is asked for the next chunk.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private let url: String
        private let files: Files
        private var transfer: StreamedTransfer?
        private var isOver = false

        init(url: String, files: Files) {
            self.url = url
            self.files = files
        }

        /// The next bytes; nil when all of them have come.
        ///
        /// - Throws: ``SpeedPixError`` as ``Files/download(_:to:onProgress:)``, and `invalid_response` if the file has become
        ///   another one while it was passed on; `CancellationError`. After that there is nothing more.
        public mutating func next() async throws -> ByteBuffer? {
            guard !isOver else { return nil }
            isOver = true
            try Task.checkCancellation()
            var transfer = transfer.take() ?? StreamedTransfer(of: url, by: files)
            guard let chunk = try await transfer.next() else {
                // A stream just ends for a task that is cancelled.
                try Task.checkCancellation()
                return nil
            }
            self.transfer = transfer
            isOver = false
            return chunk
        }
    }
}

extension Files {
    /// Downloads a file while the stream is iterated over, chunk by chunk.
    ///
    /// - Parameter url: A result's or an upload's URL; both expire.
    public func stream(_ url: String) -> DownloadStream { DownloadStream(url: url, files: self) }

    /// Downloads a file of a result while the stream is iterated over, chunk by chunk.
    public func stream(_ output: FileOutput) -> DownloadStream { stream(output.url) }

    fileprivate func pass(_ url: String, into sink: StreamSink) async throws {
        try Self.checkURL(url)
        var sink = sink
        try await withTransferSlot {
            _ = try await renewing(url) { try await receive($0, into: &sink, nil) }
        }
    }
}

/// A download in a task of its own, which waits until its reader asks for the next chunk. It is cancelled when its chunks are
/// released.
private struct StreamedTransfer {
    /// Chunks that are fetched before they are asked for.
    private static let ahead = 2

    private let requests: AsyncStream<Void>.Continuation
    private var chunks: AsyncThrowingStream<ByteBuffer, any Error>.Iterator

    init(of url: String, by files: Files) {
        let (requests, requestSender) = AsyncStream<Void>.makeStream()
        let (chunks, sender) = AsyncThrowingStream<ByteBuffer, any Error>.makeStream()
        let task = Task {
            do {
                try await files.pass(url, into: StreamSink(sender, requests.makeAsyncIterator()))
                sender.finish()
            } catch {
                sender.finish(throwing: error)
            }
        }
        sender.onTermination = { _ in task.cancel() }
        for _ in 0..<Self.ahead { requestSender.yield() }
        self.requests = requestSender
        self.chunks = chunks.makeAsyncIterator()
    }

    mutating func next() async throws -> ByteBuffer? {
        requests.yield()
        return try await chunks.next()
    }
}

/// Passes bytes on, each chunk when it was asked for. They cannot be taken back: of a file that is begun anew, what was passed on
/// is compared by its SHA-256 and left out.
private struct StreamSink: DownloadSink {
    /// Bytes from the beginning.
    private struct HashedPrefix {
        var count: Int64 = 0
        var hasher = SHA256()

        mutating func add(_ chunk: ByteBuffer) {
            count += Int64(chunk.readableBytes)
            hasher.update(chunk)
        }
    }

    private let sender: AsyncThrowingStream<ByteBuffer, any Error>.Continuation
    private var requests: AsyncStream<Void>.Iterator
    private var passed = HashedPrefix()
    /// What has come again of a file that was begun anew, until it is as much as was passed on.
    private var repeated: HashedPrefix?

    init(_ sender: AsyncThrowingStream<ByteBuffer, any Error>.Continuation, _ requests: AsyncStream<Void>.Iterator) {
        self.sender = sender
        self.requests = requests
    }

    mutating func startOver() {
        repeated = passed.count > 0 ? HashedPrefix() : nil
    }

    mutating func write(_ chunk: ByteBuffer) async throws {
        var rest = chunk
        if var known = repeated {
            let length = Int(min(Int64(rest.readableBytes), passed.count - known.count))
            if let part = rest.readSlice(length: length) { known.add(part) }
            repeated = known
            guard known.count == passed.count else { return }
            guard known.hasher.finalize() == passed.hasher.finalize() else { throw Self.changed }
            repeated = nil
        }
        guard rest.readableBytes > 0 else { return }
        guard await requests.next() != nil else { throw CancellationError() }
        passed.add(rest)
        sender.yield(rest)
    }

    func finish() throws {
        guard repeated == nil else { throw Self.changed }
    }

    private static let changed = SpeedPixError(
        .invalidResponse, "the file has become another one while it was passed on",
        remedy: "what was passed on is no part of it: begin anew")
}

extension FileOutput {
    /// Downloads it while the stream is iterated over, chunk by chunk; see ``DownloadStream``.
    ///
    /// - Throws: ``SpeedPixError`` `invalid_argument` for a value that was not decoded by a client or ``attached(to:)`` one.
    public func stream() throws -> DownloadStream { try attachedFiles().stream(url) }
}
