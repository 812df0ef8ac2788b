import NIOCore

/// A request's body that waits for the event loops now and then.
///
/// AsyncHTTPClient asks for the next chunk as soon as it has handed the last one to an event loop, and only the event
/// loop notices that the connection is full. On a busy machine it is hundreds of chunks ahead by then, all of them in memory.
struct BackpressuredBody: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    /// How much is handed over between two waits: little in memory, and a wait costs little beside sending it.
    private static let stride = 2 << 20

    let base: AnyByteStream
    let loops: any EventLoopGroup

    struct AsyncIterator: AsyncIteratorProtocol {
        var base: AnyByteStream.AsyncIterator
        let loops: any EventLoopGroup
        private var ahead = 0

        init(base: AnyByteStream.AsyncIterator, loops: any EventLoopGroup) {
            self.base = base
            self.loops = loops
        }

        mutating func next() async throws -> ByteBuffer? {
            if ahead >= BackpressuredBody.stride {
                ahead = 0
                // Which loop has the connection is not known. What was handed to it before is done when this is.
                for loop in loops.makeIterator() { try await loop.submit {}.get() }
            }
            let chunk = try await base.next()
            ahead += chunk?.readableBytes ?? 0
            return chunk
        }
    }

    func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(base: base.makeAsyncIterator(), loops: loops)
    }
}
