/// How messages of a stream are handed out to those who pull them.
package struct ConsumerConfiguration: Sendable, Equatable {
    package enum AckPolicy: String, Sendable { case explicit, none, all }
    package enum Start: Sendable, Equatable {
        case all, new
        case sequence(UInt64)
    }

    /// Under this name it outlasts those who use it.
    package var name: String
    package var filter: String?
    package var start = Start.all
    package var ackPolicy = AckPolicy.explicit
    /// After this time without an answer a message is handed out again. The server's default is 30 s.
    package var ackWait: Duration?
    /// How many may be handed out and unanswered; -1: any number. The server's default is 1,000.
    package var maxAckPending: Int?
    /// How often one is handed out at most; -1: until it is acknowledged.
    package var maxDeliver: Int?
    /// How many pulls may wait. The server's default is 512.
    package var maxWaiting: Int?
    /// Deleted when nobody has pulled for so long. Nil: never.
    package var inactiveThreshold: Duration?
    package var description: String?

    package init(name: String, filter: String? = nil) {
        self.name = name
        self.filter = filter
    }
}

/// A consumer as the server tells it.
package struct ConsumerInfo: Sendable, Equatable {
    package var name: String
    package var stream: String
    package var filter: String?
    /// Messages that were not handed out yet.
    package var pending: Int
    /// Messages that were handed out and not answered.
    package var ackPending: Int
    /// Messages of those that were handed out more than once.
    package var redelivered: Int
    /// Pulls that wait for a message.
    package var waiting: Int
}
