extension JetStream {
    /// Publishes a message and waits until a stream has stored it.
    ///
    /// - Parameter ifAbsent: Store it only if its subject has no message, else say `.exists`. Of many who try, one succeeds.
    /// - Throws: `.timeout` when no answer came: the message may have been stored, or still be. `.noResponders` when no stream has
    ///   the subject. `isFull` when the stream refused for lack of space.
    package func publish(
        _ subject: String, headers: NATSHeaders = [:], _ payload: [UInt8], ifAbsent: Bool = false
    ) async throws -> PublishOutcome { fatalError() }

    /// The last message of a subject, as the stream's leader knows it. Nil if there is none.
    package func message(in stream: String, last subject: String) async throws -> StoredMessage? { fatalError() }

    /// The first message of a subject, which may have wildcards, at this sequence or after it. Nil if there is none.
    package func message(in stream: String, next filter: String, from sequence: UInt64) async throws -> StoredMessage? {
        fatalError()
    }

    /// All messages of a filter from a sequence on: first those stored, then new ones as they come, each once and in order.
    ///
    /// It never ends by itself: it ends with an error when the stream is gone or the connection is closed, and when its task is
    /// cancelled. After a gap or a lost connection it takes itself up again where it was. Reads ahead by at most `batch` messages.
    package func messages(
        in stream: String, filter: String, from sequence: UInt64 = 1, batch: Int = 256
    ) -> JetStreamMessages { fatalError() }
}

/// See `JetStream.messages(in:filter:from:batch:)`.
package struct JetStreamMessages: AsyncSequence, Sendable {
    package typealias Element = StoredMessage

    package struct AsyncIterator: AsyncIteratorProtocol {
        package mutating func next() async throws -> StoredMessage? { fatalError() }
    }

    package func makeAsyncIterator() -> AsyncIterator { fatalError() }
}
