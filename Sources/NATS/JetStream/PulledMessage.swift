/// A message that a consumer handed out, to be answered before its `ackWait` is over.
package struct PulledMessage: Sendable {
    package var message: NATSMessage
    package var stream: String
    package var consumer: String
    package var streamSequence: UInt64
    /// How often it was handed out, this time included.
    package var deliveries: Int
    /// When the server stored it, by its clock: nanoseconds since 1970.
    package var time: Int64
    /// Messages of the consumer that were not handed out yet.
    package var pending: Int

    /// It is done. Returns when the server has noted it.
    package func ack() async throws { fatalError() }

    /// It is being worked on: `ackWait` begins anew. Not confirmed.
    package func inProgress() async throws { fatalError() }

    /// It is handed out again after the delay. Not confirmed.
    package func negativeAck(delay: Duration) async throws { fatalError() }

    /// It is never handed out again. Not confirmed.
    package func terminate() async throws { fatalError() }
}
