import Dispatch
import SpeedPixTestSupport
import Testing

@testable import NATS

@Suite("NATS connection", .enabled(if: NATSServer.isAvailable))
struct NATSConnectionTests {
    @Test("Request: 10,000 at once get each their own answer")
    func manyRequests() async throws {
        let server = try await NATSServer.start(jetStream: false)
        let connection = try await NATSConnection.connect(server.url)
        let questions = try await connection.subscribe("echo", limit: 10_000)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            // In the group, so that its own error ends the test.
            group.addTask {
                for try await message in questions {
                    try await connection.publish(#require(message.reply), message.payload)
                }
                return false
            }
            for number in 0..<10_000 {
                group.addTask {
                    let payload = Array("\(number)".utf8)
                    return try await connection.request("echo", payload, timeout: .seconds(60)).payload == payload
                }
            }
            for _ in 0..<10_000 {
                let isOwn = try await group.next()
                #expect(isOwn == true)
            }
            group.cancelAll()
        }
        await connection.close()
    }

    @Test("Headers: names, and the order of the values of a name, arrive")
    func headers() async throws {
        let server = try await NATSServer.start(jetStream: false)
        let connection = try await NATSConnection.connect(server.url)
        var messages = try await connection.subscribe("a.*").makeAsyncIterator()
        var headers: NATSHeaders = ["B": "2", "A": "first"]
        headers.append("A", "second")
        try await connection.publish("a.b", reply: "c.d", headers: headers, [0, 1, 255])
        let message = try #require(try await messages.next())
        #expect(message.subject == "a.b")
        #expect(message.reply == "c.d")
        #expect(message.payload == [0, 1, 255])
        #expect(message.headers.values(of: "A") == ["first", "second"])
        #expect(message.headers["B"] == "2")
    }

    @Test("Request: nobody there, no answer in time, a cancelled task")
    func unanswered() async throws {
        let server = try await NATSServer.start(jetStream: false)
        let connection = try await NATSConnection.connect(server.url)
        #expect(await code { _ = try await connection.request("none", [], timeout: .seconds(30)) } == .noResponders)

        var silent = try await connection.subscribe("silent").makeAsyncIterator()
        #expect(await code { _ = try await connection.request("silent", [], timeout: .milliseconds(20)) } == .timeout)
        _ = try await silent.next()

        let task = Task { try await connection.request("silent", [], timeout: .seconds(60)) }
        _ = try await silent.next()
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        // One that is cancelled before it begins is not sent.
        let early = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            _ = try await connection.request("silent", [1], timeout: .seconds(60))
        }
        await #expect(throws: CancellationError.self) { try await early.value }
        try await connection.publish("silent", [2])
        #expect(try await silent.next()?.payload == [2])
    }

    @Test(
        "Subjects and headers that would break the protocol are refused",
        arguments: ["", "a b", "a\r\nPUB b", "a..b", ".a", "a.", "a.*", ">", "a\0b"])
    func badSubjects(subject: String) async throws {
        let server = try await NATSServer.start(jetStream: false)
        let connection = try await NATSConnection.connect(server.url)
        #expect(await code { try await connection.publish(subject, []) } == .invalid)
        #expect(await code { try await connection.publish("a", reply: subject, []) } == .invalid)
        #expect(await code { try await connection.publish("a", headers: ["A": "b\r\nC: d"], []) } == .invalid)
        #expect(await code { try await connection.publish("a", headers: ["A:": "b"], []) } == .invalid)
        #expect(await code { try await connection.publish("a", headers: ["A": ""], []) } == .invalid)
        #expect(connection.isConnected)
    }

    @Test("A message over the server's limit is refused before it is sent")
    func tooLarge() async throws {
        let server = try await NATSServer.start(jetStream: false)
        let connection = try await NATSConnection.connect(server.url)
        #expect(connection.maxPayload == 1 << 20)
        let payload = [UInt8](repeating: 7, count: connection.maxPayload)
        var messages = try await connection.subscribe("large").makeAsyncIterator()
        try await connection.publish("large", payload)
        #expect(try await messages.next()?.payload == payload)
        #expect(await code { try await connection.publish("large", payload + [7]) } == .payloadTooLarge)
        #expect(await code { try await connection.publish("large", headers: ["A": "b"], payload) } == .payloadTooLarge)
        #expect(connection.isConnected)
    }

    @Test("Close: requests that wait fail, subscriptions end, later calls are refused")
    func close() async throws {
        let server = try await NATSServer.start(jetStream: false)
        let log = StateLog()
        let connection = try await NATSConnection.connect(server.url, log)
        let subscription = try await connection.subscribe("silent")
        var messages = subscription.makeAsyncIterator()
        let requests = (0..<100).map { _ in
            Task { await code { _ = try await connection.request("silent", [], timeout: .seconds(60)) } }
        }
        for _ in requests { _ = try await messages.next() }
        await connection.close()
        for request in requests { #expect(await request.value == .closed) }
        #expect(try await messages.next() == nil)
        #expect(await code { try await connection.publish("a", []) } == .closed)
        #expect(await code { _ = try await connection.subscribe("a") } == .closed)
        #expect(await code { try await connection.untilConnected() } == .closed)
        #expect(await log.first { if case .closed = $0 { true } else { false } } == .closed(reason: nil))
        await connection.close()
    }

    @Test("Close: what was to be written after it, and waited with it, is refused")
    func publishBehindClose() async throws {
        let server = try await NATSServer.start(jetStream: false)
        let connection = try await NATSConnection.connect(server.url)
        let core = connection.core
        let gate = DispatchSemaphore(value: 0)
        // While the queue stands still, the next two become one portion of its work.
        core.perform(.call { _ in gate.wait() })
        core.close()
        let refused = await code {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                core.perform(.publish(ConnectionCore.Outgoing(subject: "a", payload: []), continuation))
                gate.signal()
            }
        }
        #expect(refused == .closed)
    }

    @Test("A connection that nobody has any more is closed")
    func released() async throws {
        let server = try await NATSServer.start(jetStream: false)
        let log = StateLog()
        var connection: NATSConnection? = try await NATSConnection.connect(server.url, log)
        #expect(connection?.isConnected == true)
        connection = nil
        #expect(await log.first { if case .closed = $0 { true } else { false } } != nil)
    }

    @Test("The server's version")
    func version() async throws {
        let server = try await NATSServer.start(jetStream: false)
        let connection = try await NATSConnection.connect(server.url)
        let version = try #require(await connection.serverVersion())
        #expect(server.log.contains("Version:  \(version)"))
    }
}
