import NIOCore
import Synchronization

/// A request's body in memory that is sent only if a condition holds when a connection stands.
///
/// AsyncHTTPClient asks for the first chunk of a body that is streamed when the request's head is on its way, and fails the request
/// with what is thrown instead of the chunk. The head alone promises a body that never comes: the service has nothing to do then.
/// How long the request has waited for a free connection, a name, TCP or TLS thus counts. What follows does not: a chunk that was
/// given goes through an event loop into the socket.
final class ConditionalBody: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    private let bytes: [UInt8]
    private let condition: @Sendable () -> Bool
    private let isRead = Atomic(false)

    init(_ bytes: [UInt8], _ condition: @escaping @Sendable () -> Bool) {
        (self.bytes, self.condition) = (bytes, condition)
    }

    /// Whether any of it has been given.
    var wasRead: Bool { isRead.load(ordering: .acquiring) }

    struct AsyncIterator: AsyncIteratorProtocol {
        let body: ConditionalBody
        private var isDone = false

        init(_ body: ConditionalBody) { self.body = body }

        /// - Throws: ``TransportError/tooLateToSend``.
        mutating func next() async throws -> ByteBuffer? {
            guard !isDone else { return nil }
            isDone = true
            guard body.condition() else { throw TransportError.tooLateToSend }
            body.isRead.store(true, ordering: .releasing)
            return ByteBuffer(bytes: body.bytes)
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(self) }
}
