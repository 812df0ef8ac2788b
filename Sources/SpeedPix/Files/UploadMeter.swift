import Crypto
import NIOCore
import Synchronization

/// Watches the bytes of one try of an upload pass: counts them, hashes them, and tells how far they are.
///
/// Hashing on the way saves a second reading of the whole file.
final class UploadMeter: Sendable {
    private struct State {
        var hasher: SHA256?
        var sent: Int64 = 0
        var steps = ProgressSteps()
        var failure: (any Error)?
    }

    private let state: Mutex<State>
    private let size: Int64
    private let onProgress: TransferProgress.Handler?

    /// - Parameter isHashing: Whether ``digest`` is wanted.
    init(size: Int64, isHashing: Bool, onProgress: TransferProgress.Handler?) {
        state = Mutex(State(hasher: isHashing ? SHA256() : nil))
        self.size = size
        self.onProgress = onProgress
    }

    /// What the caller's own callback, or the source, threw: it must not be taken for the network's failure.
    var failure: (any Error)? { state.withLock { $0.failure } }

    /// The SHA-256 of what was sent, if it was everything.
    var digest: SHA256Digest? {
        state.withLock { $0.sent == size ? $0.hasher?.finalize() : nil }
    }

    /// The stream, watched.
    func watched(_ chunks: AnyByteStream) -> AnyByteStream {
        AnyByteStream(WatchedChunks(base: chunks, meter: self))
    }

    /// Tells that everything has arrived.
    func finish() async throws {
        let report = state.withLock { $0.steps.report(size, of: size, isEnd: true) }
        guard let report else { return }
        do {
            try await onProgress?(report)
        } catch {
            fail(error)
            throw error
        }
    }

    fileprivate func pass(_ chunk: ByteBuffer) async throws {
        let report = state.withLock { state in
            state.hasher?.update(chunk)
            state.sent += Int64(chunk.readableBytes)
            // The last report is for the end, when the store has said that it has everything.
            return state.sent < size && onProgress != nil ? state.steps.report(state.sent, of: size) : nil
        }
        if let report { try await onProgress?(report) }
    }

    fileprivate func checkEnd() throws {
        let sent = state.withLock { $0.sent }
        guard sent < size else { return }
        throw SpeedPixError(
            .fileSystem, "the file ended after \(sent) of \(size) bytes", remedy: "it changed while it was uploaded")
    }

    /// Cancellation is not kept: a transport may end a body that way when the connection breaks.
    fileprivate func fail(_ error: any Error) {
        guard !(error is CancellationError) else { return }
        state.withLock { $0.failure = $0.failure ?? error }
    }
}

private struct WatchedChunks: AsyncSequence, Sendable {
    let base: AnyByteStream
    let meter: UploadMeter

    struct AsyncIterator: AsyncIteratorProtocol {
        var base: AnyByteStream.AsyncIterator
        let meter: UploadMeter

        mutating func next() async throws -> ByteBuffer? {
            do {
                guard let chunk = try await base.next() else {
                    try meter.checkEnd()
                    return nil
                }
                try await meter.pass(chunk)
                return chunk
            } catch {
                meter.fail(error)
                throw error
            }
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(base: base.makeAsyncIterator(), meter: meter) }
}
