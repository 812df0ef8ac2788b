import NATS
import SpeedPixTestSupport
import Testing

@Suite("JetStream consumers", .enabled(if: NATSServer.isAvailable))
struct ConsumerTests {
    /// A work queue with `count` messages, and a consumer that takes them back after `ackWait`.
    private func queue(_ connection: NATSConnection, count: Int, ackWait: Duration = .seconds(60)) async throws
        -> JetStream
    {
        let jetStream = JetStream(connection)
        var stream = StreamConfiguration(name: "ROWS", subjects: ["rows.>"])
        stream.retention = .workQueue
        stream.discard = .new
        try await jetStream.createStream(stream)
        var consumer = ConsumerConfiguration(name: "B", filter: "rows.B")
        consumer.ackWait = ackWait
        consumer.maxAckPending = -1
        consumer.maxDeliver = -1
        try await jetStream.createConsumer(consumer, on: "ROWS")
        try await jetStream.createConsumer(consumer, on: "ROWS")
        for number in 0..<count { _ = try await jetStream.publish("rows.B", [UInt8(number % 256)]) }
        return jetStream
    }

    @Test("Pull: in order, never more than asked for, gone from a work queue when acknowledged")
    func pull() async throws {
        let server = try await NATSServer.start()
        let connection = try await NATSConnection.connect(server.url)
        let jetStream = try await queue(connection, count: 25)
        var seen: [UInt8] = []
        while seen.count < 25 {
            let messages = try await jetStream.pull("ROWS", "B", count: 10, expires: .seconds(60))
            #expect((1...10).contains(messages.count))
            for message in messages {
                #expect(message.stream == "ROWS")
                #expect(message.consumer == "B")
                #expect(message.message.subject == "rows.B")
                #expect(message.deliveries == 1)
                seen += message.message.payload
                try await message.ack()
            }
        }
        #expect(seen == Array(0..<25))
        #expect(try await jetStream.stream("ROWS")?.messages == 0)
        #expect(try await jetStream.pull("ROWS", "B", count: 10, expires: .milliseconds(50)).isEmpty)
        #expect(try await jetStream.pull("ROWS", "B", count: 10, expires: .zero).isEmpty)
    }

    @Test("A pull that waits gets a message as soon as it comes")
    func waits() async throws {
        let server = try await NATSServer.start()
        let connection = try await NATSConnection.connect(server.url)
        let jetStream = try await queue(connection, count: 0)
        let pull = Task { try await jetStream.pull("ROWS", "B", count: 10, expires: .seconds(60)) }
        while try await jetStream.consumer("B", of: "ROWS")?.waiting == 0 {}
        _ = try await jetStream.publish("rows.B", [9])
        #expect(try await pull.value.first?.message.payload == [9])
    }

    @Test("Many pulls at once hand out each message once")
    func manyPulls() async throws {
        let server = try await NATSServer.start()
        let connection = try await NATSConnection.connect(server.url)
        let jetStream = try await queue(connection, count: 200)
        let sequences = try await withThrowingTaskGroup(of: [UInt64].self) { group in
            for _ in 0..<40 {
                group.addTask {
                    let messages = try await jetStream.pull("ROWS", "B", count: 5, expires: .seconds(60))
                    for message in messages { try await message.ack() }
                    return messages.map(\.streamSequence)
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(sequences.sorted() == Array(1...200))
    }

    @Test("Given back with a delay, taken for good, kept by in-progress")
    func answers() async throws {
        let server = try await NATSServer.start()
        let connection = try await NATSConnection.connect(server.url)
        let jetStream = try await queue(connection, count: 3)
        let messages = try await jetStream.pull("ROWS", "B", count: 3, expires: .seconds(60))
        try #require(messages.count == 3)
        try await messages[0].negativeAck(delay: .milliseconds(1))
        try await messages[1].terminate()
        try await messages[2].inProgress()
        let again = try await jetStream.pull("ROWS", "B", count: 3, expires: .seconds(60))
        #expect(again.map(\.streamSequence) == [1])
        #expect(again.first?.deliveries == 2)
        let info = try #require(try await jetStream.consumer("B", of: "ROWS"))
        #expect(info.ackPending == 2)
        #expect(info.redelivered == 1)
        #expect(info.pending == 0)
        #expect(info.filter == "rows.B")
    }

    @Test("Unanswered messages are handed out again after ackWait")
    func ackWait() async throws {
        let server = try await NATSServer.start()
        let connection = try await NATSConnection.connect(server.url)
        let jetStream = try await queue(connection, count: 1, ackWait: .milliseconds(100))
        let first = try await jetStream.pull("ROWS", "B", count: 1, expires: .seconds(60))
        #expect(first.first?.deliveries == 1)
        let second = try await jetStream.pull("ROWS", "B", count: 1, expires: .seconds(60))
        #expect(second.first?.streamSequence == first.first?.streamSequence)
        #expect(second.first?.deliveries == 2)
    }

    @Test("A cancelled pull leaves the messages to others")
    func cancelled() async throws {
        let server = try await NATSServer.start()
        let connection = try await NATSConnection.connect(server.url)
        let jetStream = try await queue(connection, count: 0)
        let pull = Task { try await jetStream.pull("ROWS", "B", count: 1, expires: .seconds(60)) }
        while try await jetStream.consumer("B", of: "ROWS")?.waiting == 0 {}
        pull.cancel()
        await #expect(throws: CancellationError.self) { try await pull.value }
        // On the same connection: the server has it after the end of that subscription.
        _ = try await jetStream.publish("rows.B", [1])
        #expect(try await jetStream.pull("ROWS", "B", count: 1, expires: .seconds(60)).count == 1)
    }

    @Test("No such consumer, no such stream, deleted while a pull waits")
    func missing() async throws {
        let server = try await NATSServer.start()
        let connection = try await NATSConnection.connect(server.url)
        let jetStream = try await queue(connection, count: 0)
        #expect(
            await code { _ = try await jetStream.pull("ROWS", "NONE", count: 1, expires: .seconds(60)) } == .notFound)
        #expect(await code { _ = try await jetStream.pull("NONE", "B", count: 1, expires: .seconds(60)) } == .notFound)
        #expect(try await jetStream.consumer("NONE", of: "ROWS") == nil)
        #expect(try await jetStream.consumerNames(of: "ROWS") == ["B"])
        let pull = Task { await code { _ = try await jetStream.pull("ROWS", "B", count: 1, expires: .seconds(60)) } }
        while try await jetStream.consumer("B", of: "ROWS")?.waiting == 0 {}
        #expect(try await jetStream.deleteConsumer("B", of: "ROWS"))
        #expect(await pull.value == .notFound)
        #expect(try await !jetStream.deleteConsumer("B", of: "ROWS"))
    }

    @Test("A pull that waits ends when the connection is lost or closed")
    func lost() async throws {
        let server = try await NATSServer.start()
        let connection = try await NATSConnection.connect(server.url)
        let jetStream = try await queue(connection, count: 0)
        let pull = Task { await code { _ = try await jetStream.pull("ROWS", "B", count: 1, expires: .seconds(60)) } }
        while try await jetStream.consumer("B", of: "ROWS")?.waiting == 0 {}
        await server.kill()
        #expect(await pull.value == .disconnected)
        try await server.restart()
        try await connection.untilConnected()
        let second = Task { await code { _ = try await jetStream.pull("ROWS", "B", count: 1, expires: .seconds(60)) } }
        while try await jetStream.consumer("B", of: "ROWS")?.waiting == 0 {}
        await connection.close()
        #expect(await second.value == .closed)
    }
}
