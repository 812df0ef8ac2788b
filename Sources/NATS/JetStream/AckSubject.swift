/// The subject to which a message of a consumer is answered, which says where the message stands.
struct AckSubject: Equatable {
    static let prefix = "$JS.ACK."

    var stream: String
    var consumer: String
    var deliveries: Int
    var streamSequence: UInt64
    var consumerSequence: UInt64
    var time: Int64
    var pending: Int

    /// `$JS.ACK.STREAM.CONSUMER.DELIVERIES.STREAMSEQ.CONSUMERSEQ.TIME.PENDING`; newer servers may put domain and account before
    /// the stream, and one part or more at the end.
    init?(_ subject: String) {
        let parts = subject.split(separator: ".", omittingEmptySubsequences: false)
        guard subject.hasPrefix(Self.prefix), parts.count == 9 || parts.count >= 11 else { return nil }
        let first = parts.count == 9 ? 2 : 4
        guard let deliveries = Int(parts[first + 2]), let streamSequence = UInt64(parts[first + 3]),
            let consumerSequence = UInt64(parts[first + 4]), let time = Int64(parts[first + 5]),
            let pending = Int(parts[first + 6])
        else { return nil }
        stream = String(parts[first])
        consumer = String(parts[first + 1])
        self.deliveries = deliveries
        self.streamSequence = streamSequence
        self.consumerSequence = consumerSequence
        self.time = time
        self.pending = pending
    }
}
