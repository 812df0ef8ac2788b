/// A message as a stream has it.
package struct StoredMessage: Sendable, Equatable {
    package var subject: String
    package var sequence: UInt64
    /// When the server stored it, by its clock: nanoseconds since 1970.
    package var time: Int64
    package var headers: NATSHeaders
    package var payload: [UInt8]
    /// How many messages of the filter followed when this one was sent; nil if it was asked for by itself.
    package var pending: Int?

    package init(
        subject: String, sequence: UInt64, time: Int64, headers: NATSHeaders = [:], payload: [UInt8],
        pending: Int? = nil
    ) {
        self.subject = subject
        self.sequence = sequence
        self.time = time
        self.headers = headers
        self.payload = payload
        self.pending = pending
    }
}

/// What became of a publication that was answered.
package enum PublishOutcome: Sendable, Equatable {
    /// Stored. `isDuplicate`: the stream had one with this `Nats-Msg-Id` before, whose sequence it is.
    case stored(sequence: UInt64, isDuplicate: Bool)
    /// Not stored: the subject has a message already. Only where `ifAbsent` was asked for.
    case exists
}
