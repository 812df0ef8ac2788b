extension JetStream {
    /// Publishes a message and waits until a stream has stored it.
    ///
    /// - Parameter ifAbsent: Store it only if its subject has no message, else say `.exists`. Of many who try, one succeeds.
    /// - Throws: `.timeout` when no answer came: the message may have been stored, or still be. `.noResponders` when no stream has
    ///   the subject. `isFull` when the stream refused for lack of space.
    package func publish(
        _ subject: String, headers: NATSHeaders = [:], _ payload: [UInt8], ifAbsent: Bool = false
    ) async throws -> PublishOutcome {
        var headers = headers
        if ifAbsent { headers[NATSHeaders.expectedLastSubjectSequence] = "0" }
        do {
            let answer = try await connection.request(subject, headers: headers, payload, timeout: timeout).payload
            let outcome = try Self.publishOutcome(answer)
            if case .exists = outcome, !ifAbsent {
                throw NATSError(
                    .refused(JetStreamErrorCode.wrongLastSequence), "JetStream refused: another sequence was expected")
            }
            return outcome
        } catch let error as NATSError where error.code == .noResponders {
            throw NATSError(.noResponders, "no stream of JetStream has the subject \(Subject.quoted(subject))")
        }
    }

    static func publishOutcome(_ answer: [UInt8]) throws(NATSError) -> PublishOutcome {
        var sequence: UInt64?
        var isDuplicate = false
        var problem: ErrorAnswer.Problem?
        var scanner = JSONScanner(answer)
        try scanner.object { key, value throws(NATSError) in
            switch key {
            case "seq": sequence = try value.unsigned()
            case "duplicate": isDuplicate = try value.bool()
            case "error": problem = try Self.problem(&value)
            default: try value.skip()
            }
        }
        if let problem {
            if problem.err_code == JetStreamErrorCode.wrongLastSequence { return .exists }
            throw NATSError(problem)
        }
        guard let sequence, sequence > 0 else { throw JSONScanner.unreadable }
        return .stored(sequence: sequence, isDuplicate: isDuplicate)
    }

    static func problem(_ scanner: inout JSONScanner) throws(NATSError) -> ErrorAnswer.Problem {
        var problem = ErrorAnswer.Problem(code: 0)
        try scanner.object { key, value throws(NATSError) in
            switch key {
            case "code": problem.code = Int(clamping: try value.unsigned())
            case "err_code": problem.err_code = Int(clamping: try value.unsigned())
            case "description": problem.description = try value.string()
            default: try value.skip()
            }
        }
        return problem
    }

    /// The last message of a subject, as the stream's leader knows it. Nil if there is none.
    package func message(in stream: String, last subject: String) async throws -> StoredMessage? {
        struct Request: Encodable { var last_by_subj: String }
        try Subject.check(subject)
        return try await message(in: stream, Request(last_by_subj: subject))
    }

    /// The first message of a subject, which may have wildcards, at this sequence or after it. Nil if there is none.
    package func message(in stream: String, next filter: String, from sequence: UInt64) async throws -> StoredMessage? {
        struct Request: Encodable {
            var seq: UInt64
            var next_by_subj: String
        }
        try Subject.check(filter, allowsWildcards: true)
        return try await message(in: stream, Request(seq: sequence, next_by_subj: filter))
    }

    private func message(in stream: String, _ request: some Encodable) async throws -> StoredMessage? {
        try Subject.checkName(stream)
        return try Self.storedMessage(try await ask("STREAM.MSG.GET.\(stream)", request))
    }

    static func storedMessage(_ answer: [UInt8]) throws(NATSError) -> StoredMessage? {
        var message: StoredMessage?
        var problem: ErrorAnswer.Problem?
        var scanner = JSONScanner(answer)
        try scanner.object { key, value throws(NATSError) in
            switch key {
            case "error": problem = try Self.problem(&value)
            case "message": message = try Self.storedMessage(&value)
            default: try value.skip()
            }
        }
        if let problem {
            if problem.err_code == JetStreamErrorCode.messageNotFound { return nil }
            throw NATSError(problem)
        }
        guard let message else { throw JSONScanner.unreadable }
        return message
    }

    private static func storedMessage(_ scanner: inout JSONScanner) throws(NATSError) -> StoredMessage {
        var message = StoredMessage(subject: "", sequence: 0, time: 0, payload: [])
        try scanner.object { key, value throws(NATSError) in
            switch key {
            case "subject": message.subject = try value.string()
            case "seq": message.sequence = try value.unsigned()
            case "data": message.payload = try value.base64()
            case "hdrs": message.headers = NATSHeaders(lines: try value.base64())
            case "time":
                guard let time = ServerTime.nanoseconds(try value.string()) else { throw JSONScanner.unreadable }
                message.time = time
            default: try value.skip()
            }
        }
        guard message.sequence > 0, !message.subject.isEmpty else { throw JSONScanner.unreadable }
        return message
    }

    /// All messages of a filter from a sequence on: first those stored, then new ones as they come, each once and in order.
    ///
    /// It never ends by itself: it throws when the stream is gone or the connection is closed, and `CancellationError` when its
    /// task is cancelled. After a lost connection it goes on where it was. Reads ahead by at most `batch` messages.
    ///
    /// Not for a stream with the retention `.workQueue`, whose messages are handed out only once.
    package func messages(
        in stream: String, filter: String, from sequence: UInt64 = 1, batch: Int = 256
    ) -> JetStreamMessages {
        JetStreamMessages(
            jetStream: self, stream: stream, filter: filter, start: max(1, sequence), batch: max(1, batch))
    }
}

extension NATSHeaders {
    /// Headers as a stream has them: `NATS/1.0`, then a line for each.
    init(lines: [UInt8]) {
        var fields: [Field] = []
        for line in lines.split(separator: 0x0A).dropFirst() {
            let line = line.last == 0x0D ? line.dropLast() : line
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            let value = line[(colon + 1)...].drop { $0 == 0x20 }
            fields.append(
                Field(name: String(decoding: line[..<colon], as: UTF8.self), value: String(decoding: value, as: UTF8.self)))
        }
        self.init(fields)
    }
}
