package import NIOCore
import SpeedPix

/// A file as it arrives from a server. It can be iterated once.
package struct ServerDownload: AsyncSequence, Sendable {
    package typealias Element = ByteBuffer

    /// Bytes of the whole file; nil if the server does not say it.
    package let length: Int64?
    /// As the server names it; what the bytes are says more.
    package let mediaType: String?
    fileprivate let body: AnyByteStream
    fileprivate let limit: Int64
    fileprivate let client: ComfyUIClient

    init(length: Int64?, mediaType: String?, body: AnyByteStream, limit: Int64, client: ComfyUIClient) {
        self.length = length
        self.mediaType = mediaType
        self.body = body
        self.limit = limit
        self.client = client
    }

    package struct AsyncIterator: AsyncIteratorProtocol {
        private let download: ServerDownload
        private var chunks: AnyByteStream.AsyncIterator
        private var count: Int64 = 0

        fileprivate init(_ download: ServerDownload) {
            self.download = download
            chunks = download.body.makeAsyncIterator()
        }

        /// The next part; nil at the end of the file.
        ///
        /// - Throws: ``ComfyUIError`` with code `lost_answer` or `timeout` if the rest does not come, `too_large` if there is
        ///   more than was allowed, and `CancellationError`.
        package mutating func next() async throws -> ByteBuffer? {
            do {
                guard let chunk = try await chunks.next() else {
                    guard download.length.map({ $0 == count }) ?? true else {
                        throw ComfyUIError(
                            .lostAnswer, "\(download.client.address): a file ended before its end",
                            mayHaveTakenEffect: false)
                    }
                    return nil
                }
                count += Int64(chunk.readableBytes)
                guard count <= download.limit else { throw download.tooLarge }
                return chunk
            } catch {
                throw download.client.explained(error)
            }
        }
    }

    /// Starts reading; to be called once.
    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(self) }

    fileprivate var tooLarge: ComfyUIError {
        ComfyUIError(
            .tooLarge, "\(client.address): a file is larger than \(limit >> 20) MiB", mayHaveTakenEffect: false)
    }
}
