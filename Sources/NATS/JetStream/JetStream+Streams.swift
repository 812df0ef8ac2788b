extension JetStream {
    /// Makes a stream. One that exists with the same configuration is left as it is; another is `.refused(10058)`.
    ///
    /// - Throws: `.tooOld` if the server ignores what the configuration asks for.
    package func createStream(_ configuration: StreamConfiguration) async throws {
        try Subject.checkName(configuration.name)
        let made = try await call(
            "STREAM.CREATE.\(configuration.name)", StreamWire(configuration), answer: StreamAnswer.self)
        guard made.config.discardNewPerSubject == true || !configuration.discardsNewPerSubject else {
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
            var subjectsFilter: String
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
                "STREAM.INFO.\(stream)", Request(subjectsFilter: filter, offset: offset), answer: Answer.self)
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
    var discardNewPerSubject: Bool?
    var maxConsumers = -1
    var maxMsgs: Int
    var maxMsgsPerSubject: Int
    var maxBytes: Int
    var maxMsgSize: Int?
    var maxAge: Int64
    var duplicateWindow: Int64?
    var numReplicas: Int
    var denyDelete: Bool?
    var denyPurge: Bool?
    var allowDirect: Bool?
    var description: String?

    init(_ configuration: StreamConfiguration) {
        name = configuration.name
        subjects = configuration.subjects
        retention = configuration.retention.rawValue
        storage = configuration.storage.rawValue
        discard = configuration.discard.rawValue
        discardNewPerSubject = configuration.discardsNewPerSubject ? true : nil
        maxMsgs = configuration.maxMessages ?? -1
        maxMsgsPerSubject = configuration.maxMessagesPerSubject ?? -1
        maxBytes = configuration.maxBytes ?? -1
        maxMsgSize = configuration.maxMessageSize ?? -1
        maxAge = configuration.maxAge?.nanoseconds ?? 0
        duplicateWindow = configuration.duplicateWindow?.nanoseconds
        numReplicas = configuration.replicas
        denyDelete = configuration.deniesDelete
        denyPurge = configuration.deniesPurge
        allowDirect = configuration.allowsDirect
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
            configuration.discardsNewPerSubject = discardNewPerSubject ?? false
            configuration.maxMessages = limit(maxMsgs)
            configuration.maxMessagesPerSubject = limit(maxMsgsPerSubject)
            configuration.maxBytes = limit(maxBytes)
            configuration.maxMessageSize = limit(maxMsgSize)
            configuration.maxAge = maxAge > 0 ? Duration(nanoseconds: maxAge) : nil
            configuration.duplicateWindow = duplicateWindow.map { Duration(nanoseconds: $0) }
            configuration.replicas = numReplicas
            configuration.deniesDelete = denyDelete ?? false
            configuration.deniesPurge = denyPurge ?? false
            configuration.allowsDirect = allowDirect ?? false
            configuration.description = description
            return configuration
        }
    }
}

private struct StreamAnswer: Decodable {
    struct State: Decodable {
        var messages: Int
        var bytes: Int
        var firstSeq: UInt64
        var lastSeq: UInt64
        var numSubjects: Int?
        var consumerCount: Int
    }
    var config: StreamWire
    var state: State

    var info: StreamInfo {
        get throws {
            StreamInfo(
                configuration: try config.configuration, messages: state.messages, bytes: state.bytes,
                firstSequence: state.firstSeq, lastSequence: state.lastSeq, subjects: state.numSubjects ?? 0,
                consumers: state.consumerCount)
        }
    }
}
