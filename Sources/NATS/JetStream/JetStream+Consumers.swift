extension JetStream {
    /// Makes a durable pull consumer. One that exists is set to this configuration; what cannot be changed, such as another
    /// start, is `.refused`.
    package func createConsumer(_ configuration: ConsumerConfiguration, on stream: String) async throws {
        try Subject.checkName(configuration.name)
        try Subject.checkName(stream)
        let request = ConsumerRequest(stream_name: stream, config: ConsumerWire(configuration))
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
        return try await ifFound { try await call("CONSUMER.DELETE.\(stream).\(name)", Nothing(), answer: Done.self) } != nil
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
            filter_subject: filter, deliver_policy: "by_start_sequence", opt_start_seq: sequence, ack_policy: "none",
            inactive_threshold: Duration.seconds(120).nanoseconds, num_replicas: 1, mem_storage: true)
        let request = ConsumerRequest(stream_name: stream, config: config)
        return try await call("CONSUMER.CREATE.\(stream)", request, answer: ConsumerAnswer.self).name
    }
}

private struct ConsumerRequest: Encodable {
    var stream_name: String
    var config: ConsumerWire
}

/// A consumer's configuration in JSON.
private struct ConsumerWire: Codable {
    var durable_name: String?
    var filter_subject: String?
    var deliver_policy: String?
    var opt_start_seq: UInt64?
    var ack_policy: String?
    var ack_wait: Int64?
    var max_ack_pending: Int?
    var max_deliver: Int?
    var max_waiting: Int?
    var inactive_threshold: Int64?
    var replay_policy: String? = "instant"
    var num_replicas: Int?
    var mem_storage: Bool?
    var description: String?

    init(
        filter_subject: String, deliver_policy: String, opt_start_seq: UInt64, ack_policy: String,
        inactive_threshold: Int64, num_replicas: Int, mem_storage: Bool
    ) {
        self.filter_subject = filter_subject
        self.deliver_policy = deliver_policy
        self.opt_start_seq = opt_start_seq
        self.ack_policy = ack_policy
        self.inactive_threshold = inactive_threshold
        self.num_replicas = num_replicas
        self.mem_storage = mem_storage
    }

    init(_ configuration: ConsumerConfiguration) {
        durable_name = configuration.name
        filter_subject = configuration.filter
        switch configuration.start {
        case .all: deliver_policy = "all"
        case .new: deliver_policy = "new"
        case .sequence(let sequence): (deliver_policy, opt_start_seq) = ("by_start_sequence", sequence)
        }
        ack_policy = configuration.ackPolicy.rawValue
        ack_wait = configuration.ackWait?.nanoseconds
        max_ack_pending = configuration.maxAckPending
        max_deliver = configuration.maxDeliver
        max_waiting = configuration.maxWaiting
        inactive_threshold = configuration.inactiveThreshold?.nanoseconds
        description = configuration.description
    }
}

private struct ConsumerAnswer: Decodable {
    var stream_name: String
    var name: String
    var config: ConsumerWire
    var num_pending: Int
    var num_ack_pending: Int
    var num_redelivered: Int
    var num_waiting: Int

    var info: ConsumerInfo {
        ConsumerInfo(
            name: name, stream: stream_name, filter: config.filter_subject, pending: num_pending,
            ackPending: num_ack_pending, redelivered: num_redelivered, waiting: num_waiting)
    }
}
