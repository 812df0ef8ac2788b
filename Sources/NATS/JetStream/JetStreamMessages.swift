/// See `JetStream.messages(in:filter:from:batch:)`. Each iteration begins at the start.
package struct JetStreamMessages: AsyncSequence, Sendable {
    package typealias Element = StoredMessage

    let jetStream: JetStream
    let stream: String
    let filter: String
    let start: UInt64
    let batch: Int

    package struct AsyncIterator: AsyncIteratorProtocol {
        let reader: StreamReader

        package mutating func next() async throws -> StoredMessage? { try await reader.next() }
    }

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(reader: StreamReader(self)) }
}

/// Where an iteration over a stream stands. For one task at a time.
final class StreamReader {
    /// How long one request waits for a new message.
    private static let patience = Duration.seconds(30)
    /// How often in a row JetStream may be missing, as it may be for a moment when a server starts.
    private static let attempts = 10

    private let messages: JetStreamMessages
    /// The first sequence that was not read yet.
    private var nextSequence: UInt64
    /// The consumer that hands the messages out, and the number that its next message has to have.
    private var consumer: (name: String, next: UInt64)?
    private var waiting: ArraySlice<StoredMessage> = []
    private var failures = 0

    private var jetStream: JetStream { messages.jetStream }

    init(_ messages: JetStreamMessages) {
        self.messages = messages
        nextSequence = messages.start
    }

    deinit {
        // It would go away by itself after its time of inactivity.
        guard let consumer else { return }
        let request = ConnectionCore.Outgoing(
            subject: "$JS.API.CONSUMER.DELETE.\(messages.stream).\(consumer.name)", payload: [])
        jetStream.connection.core.perform(.publish(request, nil))
    }

    func next() async throws -> StoredMessage? {
        while true {
            try Task.checkCancellation()
            if let message = waiting.popFirst() { return message }
            do {
                try await fill()
                failures = 0
            } catch let error as NATSError {
                try await recover(from: error)
            }
        }
    }

    private func fill() async throws {
        let consumer: (name: String, next: UInt64)
        if let known = self.consumer {
            consumer = known
        } else {
            let name = try await jetStream.createReader(
                of: messages.stream, filter: messages.filter, from: nextSequence)
            consumer = (name, 1)
            self.consumer = consumer
        }
        let pulled = try await jetStream.pull(
            messages.stream, consumer.name, count: messages.batch, expires: Self.patience)
        for message in pulled {
            // One that is missing was lost on its way, and this consumer does not hand it out again.
            guard let number = self.consumer?.next, message.consumerSequence == number else {
                self.consumer = nil
                return
            }
            self.consumer?.next = number + 1
            nextSequence = message.streamSequence + 1
            waiting.append(
                StoredMessage(
                    subject: message.message.subject, sequence: message.streamSequence, time: message.time,
                    headers: message.message.headers, payload: message.message.payload, pending: message.pending))
        }
    }

    /// Returns if it is worth another attempt.
    private func recover(from error: NATSError) async throws {
        let hadConsumer = consumer != nil
        // What it has handed out is perhaps lost.
        consumer = nil
        failures += 1
        switch error.code {
        case .disconnected: return try await jetStream.connection.untilConnected()
        // The consumer is gone: the server was started again, or nobody read for long. Without one it is the stream.
        case .notFound where hadConsumer: return
        case .timeout: break
        case .noResponders where failures < Self.attempts: break
        case .refused where error.isTransient: break
        default: throw error
        }
        try await Task.sleep(for: min(.seconds(2), .milliseconds(50) * (1 << min(failures, 6))))
    }
}
