/// A message that a consumer handed out, to be answered before its `ackWait` is over.
package struct PulledMessage: Sendable {
    package var message: NATSMessage
    package var stream: String
    package var consumer: String
    package var streamSequence: UInt64
    /// How many messages the consumer had handed out, this one included, repeated ones counted again.
    package var consumerSequence: UInt64
    /// How often it was handed out, this time included.
    package var deliveries: Int
    /// When the server stored it, by its clock: nanoseconds since 1970.
    package var time: Int64
    /// Messages of the consumer that were not handed out yet.
    package var pending: Int
    private let reply: String
    private let jetStream: JetStream

    init(_ message: NATSMessage, _ jetStream: JetStream) throws {
        guard let reply = message.reply, let place = AckSubject(reply) else {
            throw NATSError(.badAnswer, "JetStream handed out a message that cannot be acknowledged")
        }
        self.message = message
        self.reply = reply
        self.jetStream = jetStream
        stream = place.stream
        consumer = place.consumer
        streamSequence = place.streamSequence
        consumerSequence = place.consumerSequence
        deliveries = place.deliveries
        time = place.time
        pending = place.pending
    }

    /// It is done. Returns when the server has noted it.
    ///
    /// - Throws: `.timeout` when no answer came: it may have been noted. `.notFound` if the consumer is gone.
    package func ack() async throws {
        do {
            _ = try await jetStream.connection.request(reply, Array("+ACK".utf8), timeout: jetStream.timeout)
        } catch let error as NATSError where error.code == .noResponders {
            throw NATSError(.notFound, "there is no consumer \(consumer) of the stream \(stream) any more")
        }
    }

    /// It is being worked on: `ackWait` begins anew. Not confirmed.
    package func inProgress() async throws {
        try await jetStream.connection.publish(reply, Array("+WPI".utf8))
    }

    /// It is handed out again after the delay. Not confirmed.
    package func negativeAck(delay: Duration) async throws {
        try await jetStream.connection.publish(reply, Array("-NAK {\"delay\":\(max(0, delay.nanoseconds))}".utf8))
    }

    /// It is never handed out again. Not confirmed.
    package func terminate() async throws {
        try await jetStream.connection.publish(reply, Array("+TERM".utf8))
    }
}
