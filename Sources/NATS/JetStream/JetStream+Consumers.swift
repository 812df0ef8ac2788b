extension JetStream {
    /// Makes a durable pull consumer. One that exists is set to this configuration; what cannot be changed, such as another
    /// start, is `.refused`.
    package func createConsumer(_ configuration: ConsumerConfiguration, on stream: String) async throws {
        try Subject.checkName(configuration.name)
        try Subject.checkName(stream)
        let request = ConsumerRequest(streamName: stream, config: ConsumerWire(configuration))
        _ = try await call(
            "CONSUMER.DURABLE.CREATE.\(stream).\(configuration.name)", request, answer: ConsumerAnswer.self)
    }

    /// Nil if there is none, or no such stream.
    package func consumer(_ name: String, of stream: String) async throws -> ConsumerInfo? {
        try Subject.checkName(name)
        try Subject.checkName(stream)
        return try await ifFound {
            try await call("CONSUMER.INFO.\(stream).\(name)", Nothing(), answer: ConsumerAnswer.self).info
        }
    }

    /// False if there was none, or no such stream.
    @discardableResult
    package func deleteConsumer(_ name: String, of stream: String) async throws -> Bool {
        try Subject.checkName(name)
        try Subject.checkName(stream)
        return try await ifFound { try await call("CONSUMER.DELETE.\(stream).\(name)", Nothing(), answer: Done.self) }
            != nil
    }

    package func consumerNames(of stream: String) async throws -> [String] {
        struct Request: Encodable { var offset: Int }
        struct Answer: Decodable {
            var consumers: [String]?
            var total: Int
        }
        try Subject.checkName(stream)
        return try await pages { offset in
            let answer = try await call("CONSUMER.NAMES.\(stream)", Request(offset: offset), answer: Answer.self)
            return (answer.consumers ?? [], answer.total)
        }
    }

    /// Takes up to `count` messages, waiting up to `expires` for the first; returns those that there are, perhaps none.
    ///
    /// Returns early, perhaps empty, when the connection is lost. When the task is cancelled, what was received is given back at
    /// once. What was on its way in either case is handed out again after `ackWait`.
    ///
    /// - Throws: `.notFound` when there is no such consumer or it is deleted meanwhile; `.disconnected`; `.timeout` when the server
    ///   does not answer at all.
    package func pull(
        _ stream: String, _ consumer: String, count: Int, expires: Duration
    ) async throws -> [PulledMessage] {
        try Subject.checkName(consumer)
        try Subject.checkName(stream)
        return try await Pull(self, stream: stream, consumer: consumer).take(count: max(1, count), expires: expires)
    }

    /// Makes a consumer that goes away by itself, hands out each message once, and asks for no answers. Returns its name.
    func createReader(of stream: String, filter: String, from sequence: UInt64) async throws -> String {
        try Subject.checkName(stream)
        try Subject.check(filter, allowsWildcards: true)
        let config = ConsumerWire(
            filterSubject: filter, deliverPolicy: "by_start_sequence", optStartSeq: sequence, ackPolicy: "none",
            inactiveThreshold: Duration.seconds(120).nanoseconds, numReplicas: 1, memStorage: true)
        let request = ConsumerRequest(streamName: stream, config: config)
        return try await call("CONSUMER.CREATE.\(stream)", request, answer: ConsumerAnswer.self).name
    }
}

private struct ConsumerRequest: Encodable {
    var streamName: String
    var config: ConsumerWire
}

/// A consumer's configuration in JSON.
private struct ConsumerWire: Codable {
    var durableName: String?
    var filterSubject: String?
    var deliverPolicy: String?
    var optStartSeq: UInt64?
    var ackPolicy: String?
    var ackWait: Int64?
    var maxAckPending: Int?
    var maxDeliver: Int?
    var maxWaiting: Int?
    var inactiveThreshold: Int64?
    var replayPolicy: String? = "instant"
    var numReplicas: Int?
    var memStorage: Bool?
    var description: String?

    init(
        filterSubject: String, deliverPolicy: String, optStartSeq: UInt64, ackPolicy: String,
        inactiveThreshold: Int64, numReplicas: Int, memStorage: Bool
    ) {
        self.filterSubject = filterSubject
        self.deliverPolicy = deliverPolicy
        self.optStartSeq = optStartSeq
        self.ackPolicy = ackPolicy
        self.inactiveThreshold = inactiveThreshold
        self.numReplicas = numReplicas
        self.memStorage = memStorage
    }

    init(_ configuration: ConsumerConfiguration) {
        durableName = configuration.name
        filterSubject = configuration.filter
        switch configuration.start {
        case .all: deliverPolicy = "all"
        case .new: deliverPolicy = "new"
        case .sequence(let sequence): (deliverPolicy, optStartSeq) = ("by_start_sequence", sequence)
        }
        ackPolicy = configuration.ackPolicy.rawValue
        ackWait = configuration.ackWait?.nanoseconds
        maxAckPending = configuration.maxAckPending
        maxDeliver = configuration.maxDeliver
        maxWaiting = configuration.maxWaiting
        inactiveThreshold = configuration.inactiveThreshold?.nanoseconds
        description = configuration.description
    }
}

private struct ConsumerAnswer: Decodable {
    var streamName: String
    var name: String
    var config: ConsumerWire
    var numPending: Int
    var numAckPending: Int
    var numRedelivered: Int
    var numWaiting: Int

    var info: ConsumerInfo {
        ConsumerInfo(
            name: name, stream: streamName, filter: config.filterSubject, pending: numPending,
            ackPending: numAckPending, redelivered: numRedelivered, waiting: numWaiting)
    }
}
