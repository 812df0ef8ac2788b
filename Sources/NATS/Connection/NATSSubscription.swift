/// The messages of a subject, from the subscription on. For one reader.
///
/// It ends when the connection is closed, the reader's task is cancelled or `cancel()` is called; it throws `.slowConsumer` when
/// messages were lost because the reader was too slow, and `.permission` if the server does not allow the subject.
package struct NATSSubscription: AsyncSequence, Sendable {
    package typealias Element = NATSMessage

    package struct AsyncIterator: AsyncIteratorProtocol {
        package mutating func next() async throws -> NATSMessage? { fatalError() }
    }

    package func makeAsyncIterator() -> AsyncIterator { fatalError() }

    /// Ends the subscription. It also ends when nobody has it or an iterator of it any more.
    package func cancel() { fatalError() }
}
