extension JetStream {
    /// Makes a stream. One that exists with the same configuration is left as it is; another is `.refused(10058)`.
    ///
    /// - Throws: `.tooOld` if the server ignores what the configuration asks for.
    package func createStream(_ configuration: StreamConfiguration) async throws {
        try Subject.checkName(configuration.name)
        let made = try await call(
            "STREAM.CREATE.\(configuration.name)", StreamWire(configuration), answer: StreamAnswer.self)
        guard made.config.discard_new_per_subject == true || !configuration.discardsNewPerSubject else {
            _ = try? await deleteStream(configuration.name)
            throw NATSError(
                .tooOld, "this NATS server cannot refuse a second message for each subject of a stream",
                remedy: "use nats-server 2.9 or newer")
        }
    }

    /// Changes a stream. What cannot be changed, such as its storage, is `.refused`.
    package func updateStream(_ configuration: StreamConfiguration) async throws {
        try Subject.checkName(configuration.name)
        _ = try await call("STREAM.UPDATE.\(configuration.name)", StreamWire(configuration), answer: StreamAnswer.self)
    }

    /// Nil if there is none.
    package func stream(_ name: String) async throws -> StreamInfo? {
        try Subject.checkName(name)
        return try await ifFound { try await call("STREAM.INFO.\(name)", Nothing(), answer: StreamAnswer.self).info }
    }

    /// False if there was none.
    @discardableResult
    package func deleteStream(_ name: String) async throws -> Bool {
        try Subject.checkName(name)
        return try await ifFound { try await call("STREAM.DELETE.\(name)", Nothing(), answer: Done.self) } != nil
    }

    /// The names of all streams, or of those with a subject that this one, which may have wildcards, matches.
    package func streamNames(subject: String? = nil) async throws -> [String] {
        struct Request: Encodable {
            var subject: String?
            var offset: Int
        }
        struct Answer: Decodable {
            var streams: [String]?
            var total: Int
        }
        return try await pages { offset in
            let answer = try await call("STREAM.NAMES", Request(subject: subject, offset: offset), answer: Answer.self)
            return (answer.streams ?? [], answer.total)
        }
    }

    /// The subjects that have messages, with how many. `filter` may have wildcards. Empty if none has.
    package func subjects(in stream: String, filter: String) async throws -> [String: Int] {
        struct Request: Encodable {
            var subjects_filter: String
            var offset: Int
        }
        struct Answer: Decodable {
            struct State: Decodable { var subjects: [String: Int]? }
            var state: State
            var total: Int?
        }
        try Subject.checkName(stream)
        try Subject.check(filter, allowsWildcards: true)
        let pairs = try await pages { offset in
            let answer = try await call(
                "STREAM.INFO.\(stream)", Request(subjects_filter: filter, offset: offset), answer: Answer.self)
            let found = answer.state.subjects ?? [:]
            return (Array(found), answer.total ?? found.count)
        }
        return Dictionary(pairs.map { ($0.key, $0.value) }) { _, later in later }
    }

    /// Removes the messages of a subject, which may have wildcards. Says how many there were.
    @discardableResult
    package func purgeStream(_ name: String, filter: String) async throws -> Int {
        struct Request: Encodable { var filter: String }
        struct Answer: Decodable { var purged: Int }
        try Subject.checkName(name)
        try Subject.check(filter, allowsWildcards: true)
        return try await call("STREAM.PURGE.\(name)", Request(filter: filter), answer: Answer.self).purged
    }

    struct Done: Decodable {}

    func ifFound<Value>(_ body: () async throws -> Value) async throws -> Value? {
        do {
            return try await body()
        } catch let error as NATSError where error.code == .notFound {
            return nil
        }
    }

    /// All elements of a list that the server gives in pages: `page` gets the offset and says how many there are.
    func pages<Element>(_ page: (Int) async throws -> (elements: [Element], total: Int)) async throws -> [Element] {
        var all: [Element] = []
        while true {
            let (elements, total) = try await page(all.count)
            all += elements
            if elements.isEmpty || all.count >= total { return all }
        }
    }
}

/// A stream's configuration in JSON.
private struct StreamWire: Codable {
    var name: String
    var subjects: [String]?
    var retention: String
    var storage: String
    var discard: String
    var discard_new_per_subject: Bool?
    var max_consumers = -1
    var max_msgs: Int
    var max_msgs_per_subject: Int
    var max_bytes: Int
    var max_msg_size: Int?
    var max_age: Int64
    var duplicate_window: Int64?
    var num_replicas: Int
    var deny_delete: Bool?
    var deny_purge: Bool?
    var allow_direct: Bool?
    var description: String?

    init(_ configuration: StreamConfiguration) {
        name = configuration.name
        subjects = configuration.subjects
        retention = configuration.retention.rawValue
        storage = configuration.storage.rawValue
        discard = configuration.discard.rawValue
        discard_new_per_subject = configuration.discardsNewPerSubject ? true : nil
        max_msgs = configuration.maxMessages ?? -1
        max_msgs_per_subject = configuration.maxMessagesPerSubject ?? -1
        max_bytes = configuration.maxBytes ?? -1
        max_msg_size = configuration.maxMessageSize ?? -1
        max_age = configuration.maxAge?.nanoseconds ?? 0
        duplicate_window = configuration.duplicateWindow?.nanoseconds
        num_replicas = configuration.replicas
        deny_delete = configuration.deniesDelete
        deny_purge = configuration.deniesPurge
        allow_direct = configuration.allowsDirect
        description = configuration.description
    }

    var configuration: StreamConfiguration {
        get throws {
            guard let retention = StreamConfiguration.Retention(rawValue: retention),
                let storage = StreamConfiguration.Storage(rawValue: storage),
                let discard = StreamConfiguration.Discard(rawValue: discard)
            else { throw JSONScanner.unreadable }
            func limit(_ number: Int?) -> Int? { number.flatMap { $0 > 0 ? $0 : nil } }
            var configuration = StreamConfiguration(name: name, subjects: subjects ?? [])
            configuration.retention = retention
            configuration.storage = storage
            configuration.discard = discard
            configuration.discardsNewPerSubject = discard_new_per_subject ?? false
            configuration.maxMessages = limit(max_msgs)
            configuration.maxMessagesPerSubject = limit(max_msgs_per_subject)
            configuration.maxBytes = limit(max_bytes)
            configuration.maxMessageSize = limit(max_msg_size)
            configuration.maxAge = max_age > 0 ? Duration(nanoseconds: max_age) : nil
            configuration.duplicateWindow = duplicate_window.map { Duration(nanoseconds: $0) }
            configuration.replicas = num_replicas
            configuration.deniesDelete = deny_delete ?? false
            configuration.deniesPurge = deny_purge ?? false
            configuration.allowsDirect = allow_direct ?? false
            configuration.description = description
            return configuration
        }
    }
}

private struct StreamAnswer: Decodable {
    struct State: Decodable {
        var messages: Int
        var bytes: Int
        var first_seq: UInt64
        var last_seq: UInt64
        var num_subjects: Int?
        var consumer_count: Int
    }
    var config: StreamWire
    var state: State

    var info: StreamInfo {
        get throws {
            StreamInfo(
                configuration: try config.configuration, messages: state.messages, bytes: state.bytes,
                firstSequence: state.first_seq, lastSequence: state.last_seq, subjects: state.num_subjects ?? 0,
                consumers: state.consumer_count)
        }
    }
}
