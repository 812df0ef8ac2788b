/// How a stream keeps messages. The defaults are the server's, except where it says so.
package struct StreamConfiguration: Sendable, Equatable {
    package enum Retention: String, Sendable {
        case limits, interest
        case workQueue = "workqueue"
    }
    package enum Storage: String, Sendable { case file, memory }
    /// What happens when the stream is full: the oldest message goes, or the new one is refused.
    package enum Discard: String, Sendable { case old, new }

    package var name: String
    package var subjects: [String]
    package var retention = Retention.limits
    package var storage = Storage.file
    package var discard = Discard.old
    /// With `maxMessagesPerSubject`: a subject that has that many refuses the next, instead of losing its oldest.
    package var discardsNewPerSubject = false
    /// Nil: as many as there is space for.
    package var maxMessages: Int?
    package var maxMessagesPerSubject: Int?
    package var maxBytes: Int?
    package var maxMessageSize: Int?
    /// Nil: kept until deleted.
    package var maxAge: Duration?
    /// In what time a second message with the same `Nats-Msg-Id` is the same one. The server's default is two minutes.
    package var duplicateWindow: Duration?
    /// On how many servers of a cluster: 1, 3 or 5.
    package var replicas = 1
    package var deniesDelete = false
    package var deniesPurge = false
    /// Any replica may answer a direct get, perhaps with what is no longer so.
    package var allowsDirect = false
    package var description: String?

    package init(name: String, subjects: [String]) {
        self.name = name
        self.subjects = subjects
    }
}

/// A stream as the server tells it.
package struct StreamInfo: Sendable, Equatable {
    package var configuration: StreamConfiguration
    package var messages: Int
    package var bytes: Int
    /// 0 before the first message.
    package var firstSequence: UInt64
    package var lastSequence: UInt64
    /// How many subjects have messages.
    package var subjects: Int
    package var consumers: Int
}

/// What JetStream has used of what this account may use, in bytes; limits of nil are not limited by the account.
package struct JetStreamAccount: Sendable, Equatable {
    package var storage: Int
    package var storageLimit: Int?
    package var memory: Int
    package var memoryLimit: Int?
    package var streams: Int
    package var consumers: Int
}
