/// The messages of a subject, from the subscription on. For one reader.
///
/// It ends when the connection is closed or `cancel()` is called. It throws `.slowConsumer` when messages were lost because the
/// reader was too slow, `.permission` if the server does not allow the subject, and `CancellationError` when the reader's task is
/// cancelled.
package struct NATSSubscription: AsyncSequence, Sendable {
    package typealias Element = NATSMessage

    /// Unsubscribes when neither the subscription nor an iterator of it is left.
    final class Owner: Sendable {
        let buffer: SubscriptionBuffer

        init(_ buffer: SubscriptionBuffer) {
            self.buffer = buffer
        }

        deinit { buffer.cancel() }
    }

    package struct AsyncIterator: AsyncIteratorProtocol {
        let owner: Owner

        package mutating func next() async throws -> NATSMessage? { try await owner.buffer.next() }
    }

    private let owner: Owner

    init(_ buffer: SubscriptionBuffer) {
        owner = Owner(buffer)
    }

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(owner: owner) }

    /// Ends the subscription.
    package func cancel() { owner.buffer.cancel() }
}
