import Crypto
import NIOCore
import Synchronization

/// Counts and hashes the bytes of one try of an upload on their way, and reports progress.
///
/// Hashing on the way saves a second reading of the whole file.
final class UploadMeter: Sendable {
    private struct State {
        var sent: Int64 = 0
        var digest: SHA256Digest?
        var steps = ProgressSteps()
        var failure: (any Error)?
    }

    private let state = Mutex(State())
    private let size: Int64
    fileprivate let isHashing: Bool
    private let onProgress: TransferProgress.Handler?

    /// - Parameter isHashing: Whether ``digest`` is wanted.
    init(size: Int64, isHashing: Bool, onProgress: TransferProgress.Handler?) {
        self.size = size
        self.isHashing = isHashing
        self.onProgress = onProgress
    }

    /// What the caller's own callback, or the source, threw: it must not be taken for the network's failure.
    var failure: (any Error)? { state.withLock { $0.failure } }

    /// The SHA-256 of what was sent, if it was everything.
    var digest: SHA256Digest? { state.withLock { $0.digest } }

    /// The stream, watched.
    func watched(_ chunks: AnyByteStream) -> AnyByteStream {
        AnyByteStream(WatchedChunks(base: chunks, meter: self))
    }

    /// Reports that everything has arrived.
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

    /// - Returns: Whether these were the last bytes.
    fileprivate func pass(_ count: Int) async throws -> Bool {
        let (sent, report) = state.withLock { state in
            state.sent += Int64(count)
            // The last report is for the end, when the store has said that it has everything.
            let isWanted = state.sent < size && onProgress != nil
            return (state.sent, isWanted ? state.steps.report(state.sent, of: size) : nil)
        }
        if let report { try await onProgress?(report) }
        return sent == size
    }

    fileprivate func finish(_ digest: SHA256Digest) {
        state.withLock { $0.digest = digest }
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
        /// A chunk is hashed while it is sent, and done before the next one is taken: no more than one waits.
        var hashing: Task<SHA256, Never>?

        mutating func next() async throws -> ByteBuffer? {
            do {
                guard let chunk = try await base.next() else {
                    try meter.checkEnd()
                    return nil
                }
                if meter.isHashing {
                    let hasher = await hashing?.value ?? SHA256()
                    hashing = Task {
                        var hasher = hasher
                        hasher.update(chunk)
                        return hasher
                    }
                }
                // Not at the end of the stream: a transport that knows the length need not ask for it.
                if try await meter.pass(chunk.readableBytes), let hasher = await hashing?.value {
                    meter.finish(hasher.finalize())
                }
                return chunk
            } catch {
                meter.fail(error)
                throw error
            }
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(base: base.makeAsyncIterator(), meter: meter) }
}
