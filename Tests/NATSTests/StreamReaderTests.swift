import NATS
import SpeedPixTestSupport
import Testing

@Suite("JetStream messages, stored and live", .enabled(if: NATSServer.isAvailable))
struct StreamReaderTests {
    @Test("From a sequence on, in order, first stored ones, then new ones")
    func storedThenLive() async throws {
        let server = try await NATSServer.start()
        let jetStream = try await NATSConnection.connect(server.url).makeStream("T", "t.>")
        for number in 1...500 { _ = try await jetStream.publish("t.\(number % 2).\(number)", [1]) }
        var expected = (51...500).filter { $0 % 2 == 1 }.map { "t.1.\($0)" }
        var read: [String] = []
        var last: UInt64 = 50
        for try await message in jetStream.messages(in: "T", filter: "t.1.>", from: 51, batch: 20) {
            read.append(message.subject)
            #expect(message.sequence > last)
            last = message.sequence
            #expect(message.payload == [1])
            if message.pending == 0, read.count < 235 {
                // All that were stored have come.
                let number = 501 + (read.count - 225) * 2
                expected.append("t.1.\(number)")
                _ = try await jetStream.publish("t.0.\(number + 1)", [1])
                _ = try await jetStream.publish("t.1.\(number)", [1])
            }
            if read.count == 235 { break }
        }
        #expect(read == expected)
    }

    @Test("Goes on where it was when the server was killed and started again")
    func restarted() async throws {
        let server = try await NATSServer.start()
        let connection = try await NATSConnection.connect(server.url)
        let jetStream = try await connection.makeStream("T", "t.>")
        for number in 1...100 { _ = try await jetStream.publish("t.\(number)", []) }
        var messages = jetStream.messages(in: "T", filter: "t.>", batch: 10).makeAsyncIterator()
        for number in 1...45 { #expect(try await messages.next()?.subject == "t.\(number)") }
        await server.kill()
        try await server.restart()
        for number in 46...100 { #expect(try await messages.next()?.subject == "t.\(number)") }
        try await connection.untilConnected()
        _ = try await jetStream.publish("t.101", [])
        #expect(try await messages.next()?.subject == "t.101")
    }

    @Test("Ends with an error when there is no such stream, and when its task is cancelled")
    func ends() async throws {
        let server = try await NATSServer.start()
        let jetStream = try await NATSConnection.connect(server.url).makeStream("T", "t.>")
        #expect(await code { for try await _ in jetStream.messages(in: "NONE", filter: "t.>") {} } == .notFound)
        let (begun, gate) = AsyncStream<Void>.makeStream()
        let reader = Task {
            var messages = jetStream.messages(in: "T", filter: "t.>").makeAsyncIterator()
            gate.yield()
            _ = try await messages.next()
        }
        _ = await begun.first { _ in true }
        reader.cancel()
        await #expect(throws: CancellationError.self) { try await reader.value }
    }
}
