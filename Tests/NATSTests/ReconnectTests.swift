import NATS
import SpeedPixTestSupport
import Testing

@Suite("NATS connection that is lost", .enabled(if: NATSServer.isAvailable))
struct ReconnectTests {
    @Test("While the server is down nothing is kept; afterwards it goes on")
    func serverRestarts() async throws {
        let server = try await NATSServer.start(jetStream: false)
        let log = StateLog()
        let connection = try await NATSConnection.connect(server.url, log)
        await log.untilConnected()
        var messages = try await connection.subscribe("a").makeAsyncIterator()
        let waiting = Task { await code { _ = try await connection.request("a", [1], timeout: .seconds(60)) } }
        #expect(try await messages.next()?.payload == [1])

        await server.kill()
        await log.untilDisconnected()
        // It had been sent: it may have arrived.
        #expect(await waiting.value == .timeout)
        #expect(!connection.isConnected)
        #expect(await code { try await connection.publish("a", [2]) } == .disconnected)
        #expect(await code { _ = try await connection.request("a", [3], timeout: .seconds(60)) } == .disconnected)
        #expect(await code { _ = try await connection.subscribe("b") } == .disconnected)

        try await server.restart()
        try await connection.untilConnected()
        try await connection.publish("a", [4])
        // None of those before: they were refused, and not kept for later.
        #expect(try await messages.next()?.payload == [4])
        await connection.close()
    }

    @Test("Requests at the moment of the loss all end, and those that succeed have their own answer")
    func lossUnderLoad() async throws {
        let server = try await NATSServer.start(jetStream: false)
        let other = try await NATSServer.start(jetStream: false)
        let log = StateLog()
        let connection = try await NATSConnection.connect(server.url, log)
        let echo = Task { [connection] in
            for try await message in try await connection.subscribe("echo") {
                try? await connection.publish(message.reply ?? "none", message.payload)
            }
        }
        let (answered, gate) = AsyncStream<Void>.makeStream()
        let requests = (0..<50).map { task in
            Task {
                var failures = 0
                for number in 0..<200 {
                    let payload = Array("\(task) \(number)".utf8)
                    do {
                        let answer = try await connection.request("echo", payload, timeout: .seconds(60))
                        #expect(answer.payload == payload)
                        gate.yield()
                    } catch let error as NATSError {
                        #expect([.timeout, .disconnected, .noResponders].contains(error.code))
                        failures += 1
                        if error.code == .disconnected { try await connection.untilConnected() }
                    }
                }
                return failures
            }
        }
        _ = await answered.first { _ in true }
        await server.kill()
        try await server.restart()
        for request in requests { _ = try await request.value }
        await connection.close()
        try await echo.value
        withExtendedLifetime(other) {}
    }

    @Test("A server that stands still: requests end in time, and writing does not block other tasks")
    func suspended() async throws {
        let server = try await NATSServer.start(jetStream: false)
        let connection = try await NATSConnection.connect(server.url)
        server.suspend()
        // More than the network's buffers take.
        let payload = [UInt8](repeating: 1, count: 1 << 19)
        let codes = await withTaskGroup(of: NATSError.Code?.self) { group in
            for _ in 0..<64 {
                group.addTask {
                    await code { _ = try await connection.request("a", payload, timeout: .milliseconds(200)) }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(codes == Array(repeating: .timeout, count: 64))
        server.resume()
        await connection.close()
    }
}
