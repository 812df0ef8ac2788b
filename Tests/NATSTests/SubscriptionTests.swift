import NATS
import SpeedPixTestSupport
import Testing

@Suite("NATS subscription", .enabled(if: NATSServer.isAvailable))
struct SubscriptionTests {
    @Test("In order, with wildcards")
    func inOrder() async throws {
        let server = try await NATSServer.start(jetStream: false)
        let connection = try await NATSConnection.connect(server.url)
        let subscription = try await connection.subscribe("n.>", limit: 5000)
        for number in 0..<5000 { try await connection.publish("n.\(number)", []) }
        var expected = 0
        for try await message in subscription {
            #expect(message.subject == "n.\(expected)")
            expected += 1
            if expected == 5000 { break }
        }
    }

    @Test("A slow reader gets what waits, then an error, and is not told that all is well")
    func slowReader() async throws {
        let server = try await NATSServer.start(jetStream: false)
        let connection = try await NATSConnection.connect(server.url)
        var messages = try await connection.subscribe("n", limit: 10).makeAsyncIterator()
        var marks = try await connection.subscribe("mark").makeAsyncIterator()
        for number in 0..<1000 { try await connection.publish("n", [UInt8(number % 256)]) }
        // One thread hands over all messages in order: those before have been handed over.
        try await connection.publish("mark", [])
        _ = try await marks.next()
        for number in 0..<10 { #expect(try await messages.next()?.payload == [UInt8(number)]) }
        let slow = await code { _ = try await messages.next() }
        #expect(slow == .slowConsumer)
        #expect(try await messages.next() == nil)
        #expect(connection.isConnected)
    }

    @Test("Ends when it is cancelled, and when its reader's task is")
    func cancelled() async throws {
        let server = try await NATSServer.start(jetStream: false)
        let connection = try await NATSConnection.connect(server.url)
        let subscription = try await connection.subscribe("a")
        let reader = Task {
            var messages = subscription.makeAsyncIterator()
            return try await messages.next()
        }
        reader.cancel()
        await #expect(throws: CancellationError.self) { try await reader.value }
        subscription.cancel()
        var messages = subscription.makeAsyncIterator()
        #expect(try await messages.next() == nil)
        // The server has forgotten it: nobody is there.
        #expect(await code { _ = try await connection.request("a", [], timeout: .seconds(60)) } == .noResponders)
    }
}
