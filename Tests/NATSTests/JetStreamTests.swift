import NATS
import SpeedPixTestSupport
import Testing

@Suite("JetStream streams", .enabled(if: NATSServer.isAvailable))
struct JetStreamTests {
    @Test("Without JetStream: an error that says so")
    func missing() async throws {
        let server = try await NATSServer.start(jetStream: false)
        let jetStream = JetStream(try await NATSConnection.connect(server.url))
        let error = await #expect(throws: NATSError.self) { try await jetStream.checkAvailable() }
        #expect(error?.code == .noResponders)
        #expect(error?.message.contains("no JetStream") == true)
        #expect(await code { _ = try await jetStream.publish("a", []) } == .noResponders)
    }

    @Test("Streams: made, made again, refused with another configuration, listed, deleted")
    func streams() async throws {
        let server = try await NATSServer.start()
        let connection = try await NATSConnection.connect(server.url)
        let jetStream = JetStream(connection)
        try await jetStream.checkAvailable()
        #expect(try await jetStream.stream("LOGS") == nil)
        #expect(try await !jetStream.deleteStream("LOGS"))

        var configuration = StreamConfiguration(name: "LOGS", subjects: ["log.>"])
        configuration.discard = .new
        configuration.discardsNewPerSubject = true
        configuration.maxMessagesPerSubject = 1
        configuration.maxBytes = 1 << 20
        configuration.duplicateWindow = .seconds(60)
        configuration.description = "every row's log"
        try await jetStream.createStream(configuration)
        try await jetStream.createStream(configuration)
        let info = try #require(try await jetStream.stream("LOGS"))
        #expect(info.configuration == configuration)
        #expect(info.messages == 0)
        var other = configuration
        other.maxBytes = 2 << 20
        let refused = await code { try await jetStream.createStream(other) }
        #expect(refused == .refused(JetStreamErrorCode.streamNameInUse))
        try await jetStream.updateStream(other)
        #expect(try await jetStream.stream("LOGS")?.configuration.maxBytes == 2 << 20)

        try await jetStream.createStream(StreamConfiguration(name: "OTHER", subjects: ["other"]))
        #expect(try await jetStream.streamNames().sorted() == ["LOGS", "OTHER"])
        #expect(try await jetStream.streamNames(subject: "log.a") == ["LOGS"])
        #expect(try await jetStream.account().streams == 2)
        #expect(try await jetStream.deleteStream("OTHER"))
        #expect(try await jetStream.streamNames() == ["LOGS"])
        #expect(await code { _ = try await jetStream.stream("A.B") } == .invalid)
    }

    @Test("Create if absent: of 20 who try each of 50 subjects, one succeeds")
    func contested() async throws {
        let server = try await NATSServer.start()
        let connections = try await [NATSConnection.connect(server.url), NATSConnection.connect(server.url)]
        let jetStream = try await connections[0].makeStream("T", "t.>")
        #expect(jetStream.timeout == .seconds(5))
        let winners = try await withThrowingTaskGroup(of: Int?.self) { group in
            for number in 0..<1000 {
                group.addTask {
                    let jetStream = JetStream(connections[number % 2], timeout: .seconds(60))
                    let outcome = try await jetStream.publish("t.\(number / 20)", [], ifAbsent: true)
                    return outcome == .exists ? nil : number / 20
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }.compactMap { $0 }
        }
        #expect(winners.sorted() == Array(0..<50))
    }

    @Test("A second message of a subject is refused without ifAbsent, too; a repeated id is a duplicate")
    func refused() async throws {
        let server = try await NATSServer.start()
        let connection = try await NATSConnection.connect(server.url)
        let jetStream = try await connection.makeStream("T", "t.>")
        #expect(try await jetStream.publish("t.1", [1]) == .stored(sequence: 1, isDuplicate: false))
        let error = await #expect(throws: NATSError.self) { try await jetStream.publish("t.1", [2]) }
        #expect(error?.code == .refused(JetStreamErrorCode.storeFailed))
        #expect(error?.isFull == false)

        let headers: NATSHeaders = [NATSHeaders.messageID: "x"]
        let first = try await jetStream.publish("t.2", headers: headers, [1])
        guard case .stored(let sequence, isDuplicate: false) = first else { throw NATSError(.badAnswer, "\(first)") }
        let again = try await jetStream.publish("t.2", headers: headers, [1])
        #expect(again == .stored(sequence: sequence, isDuplicate: true))
        #expect(await code { _ = try await jetStream.publish("nowhere", []) } == .noResponders)
    }

    @Test("A full stream says that it is full")
    func full() async throws {
        let server = try await NATSServer.start()
        let jetStream = JetStream(try await NATSConnection.connect(server.url))
        var configuration = StreamConfiguration(name: "FULL", subjects: ["full.>"])
        configuration.discard = .new
        configuration.maxBytes = 4096
        try await jetStream.createStream(configuration)
        _ = try await jetStream.publish("full.1", [UInt8](repeating: 1, count: 3000))
        let error = await #expect(throws: NATSError.self) {
            try await jetStream.publish("full.2", [UInt8](repeating: 1, count: 3000))
        }
        #expect(error?.isFull == true)
    }

    @Test("Messages by subject and by sequence, with payload, headers and the server's time")
    func stored() async throws {
        let server = try await NATSServer.start()
        let jetStream = try await NATSConnection.connect(server.url).makeStream("T", "t.>")
        var headers: NATSHeaders = ["A": "1"]
        headers.append("A", "ü: 2")
        for number in 1...9 {
            _ = try await jetStream.publish("t.\(number % 3).\(number)", headers: headers, [UInt8](0..<UInt8(number)))
        }
        let message = try #require(try await jetStream.message(in: "T", last: "t.2.5"))
        #expect(message.sequence == 5)
        #expect(message.subject == "t.2.5")
        #expect(message.payload == [0, 1, 2, 3, 4])
        #expect(message.headers.values(of: "A") == ["1", "ü: 2"])
        // Between 2020 and 2200.
        #expect((1_577_836_800_000_000_000..<7_258_118_400_000_000_000).contains(message.time))
        let next = try #require(try await jetStream.message(in: "T", next: "t.2.*", from: 6))
        #expect(next.sequence == 8)
        #expect(next.time >= message.time)
        #expect(try await jetStream.message(in: "T", next: "t.2.*", from: 9) == nil)
        #expect(try await jetStream.message(in: "T", last: "t.9.9") == nil)
        #expect(await code { _ = try await jetStream.message(in: "NONE", last: "t.9.9") } == .notFound)

        #expect(try await jetStream.subjects(in: "T", filter: "t.0.>") == ["t.0.3": 1, "t.0.6": 1, "t.0.9": 1])
        #expect(try await jetStream.subjects(in: "T", filter: "t.7.>").isEmpty)
        // Not a key of JSON that is spelled otherwise here.
        _ = try await jetStream.publish("t.a_b.c_d", [])
        #expect(try await jetStream.subjects(in: "T", filter: "t.a_b.>") == ["t.a_b.c_d": 1])
        #expect(try await jetStream.purgeStream("T", filter: "t.0.>") == 3)
        #expect(try await jetStream.stream("T")?.messages == 7)
    }

    @Test("What was acknowledged is there after the server was killed and started again")
    func restarted() async throws {
        let server = try await NATSServer.start()
        let log = StateLog()
        let connection = try await NATSConnection.connect(server.url, log)
        let jetStream = try await connection.makeStream("T", "t.>")
        for number in 0..<100 { _ = try await jetStream.publish("t.\(number)", [], ifAbsent: true) }
        await server.kill()
        await log.untilDisconnected()
        try await server.restart()
        try await connection.untilConnected()
        #expect(try await jetStream.stream("T")?.messages == 100)
        #expect(try await jetStream.publish("t.7", [], ifAbsent: true) == .exists)
    }
}
