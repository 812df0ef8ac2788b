import HTTPTypes
import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import ComfyUI

@Suite("The WebSocket of a server", .timeLimit(.minutes(1)))
struct ComfyUISocketTests {
    /// Listens until an event comes that is wanted, and returns all that came.
    private func events(
        of server: TestComfyUI, clientID: String = "us", limits: ComfyUISocket.Limits = .init(),
        until isLast: (ComfyUIEvent) -> Bool, meanwhile: () async throws -> Void = {}
    ) async throws -> [ComfyUIEvent] {
        let address = try ComfyUIServerAddress(server.url)
        return try await ComfyUISocket.withConnection(to: address, clientID: clientID, limits: limits) { frames in
            // The server has answered what this client can do: from then on it sends what it has.
            await server.waitForTexts(1)
            try await meanwhile()
            var events: [ComfyUIEvent] = []
            for try await event in frames {
                events.append(event)
                if isLast(event) { break }
            }
            return events
        }
    }

    private func isEnd(_ event: ComfyUIEvent) -> Bool {
        if case .ended = event { true } else { false }
    }

    @Test("A connection: the state of the queue first, then what the server can do")
    func greeting() async throws {
        try await TestComfyUI.withRunning { server in
            let events = try await events(of: server) { if case .features = $0 { true } else { false } }
            #expect(events.first == .status(remaining: 0))
            #expect(events.count == 2)
            #expect(server.requests == ["GET /api/ws"])
            let features = try #require(server.receivedTexts.first)
            #expect(try JSONValue(parsing: features.utf8)["data"]?["supports_preview_metadata"] == .bool(true))
            // Both sides have agreed to the end.
            await server.waitForOpenSockets(0)
        }
    }

    @Test("A prompt's frames: a fraction that ends at 1", arguments: [TestComfyUI.Version.autumn2025, .summer2026])
    func prompt(_ version: TestComfyUI.Version) async throws {
        try await TestComfyUI.withRunning(version, isAutomatic: false) { server in
            let client = try server.client()
            let events = try await events(of: server, until: isEnd) {
                try await client.submit()
                server.step(1, of: 4)
                server.step(2, of: 4)
                server.finishNext()
            }
            var progress = PromptProgress(promptID: TestPrompts.id(1), nodes: ["1", "2", "3"])
            var fractions: [Double] = []
            for event in events {
                progress.apply(event)
                fractions.append(progress.fraction)
            }
            #expect(progress.end == .success)
            #expect(fractions == fractions.sorted())
            #expect(fractions.contains(0.5 / 3))
            #expect(fractions.last == 1)
            #expect(progress.outputNodes == ["3"])
        }
    }

    @Test("A prompt that ran before: its nodes are cached")
    func cached() async throws {
        try await TestComfyUI.withRunning { server in
            let client = try server.client()
            try await client.submit(number: 1)
            let events = try await events(of: server, until: isEnd) { try await client.submit(number: 2) }
            #expect(events.contains(.cached(prompt: TestPrompts.id(2), nodes: ["1", "2", "3"])))
            #expect(try await client.history(TestPrompts.id(2))?.files(of: "3").first?.filename == "ComfyUI_00001_.png")
        }
    }

    @Test("A failure, and an interruption in ComfyUI's page")
    func otherEnds() async throws {
        try await TestComfyUI.withRunning(isAutomatic: false) { server in
            let client = try server.client()
            let failed = try await events(of: server, until: isEnd) {
                try await client.submit(number: 1)
                server.failNext(message: "no memory")
            }
            guard case .ended(TestPrompts.id(1), .failed(let failure)) = try #require(failed.last) else {
                Issue.record("it ended with \(failed)")
                return
            }
            #expect(failure.description == "node 1 (EmptyImage): no memory")
            let stopped = try await events(of: server, until: isEnd) {
                try await client.submit(number: 2)
                server.interrupt()
            }
            #expect(stopped.last == .ended(prompt: TestPrompts.id(2), .interrupted(node: "1")))
        }
    }

    @Test("A reconnect: the node that runs, without its prompt")
    func reconnect() async throws {
        try await TestComfyUI.withRunning(isAutomatic: false) { server in
            try await server.client().submit()
            let events = try await events(of: server) { if case .features = $0 { true } else { false } }
            #expect(events.contains(.executing(prompt: nil, node: "1")))
        }
    }

    @Test("Previews: with their prompt, since the client has asked for it")
    func previews() async throws {
        let picture = TestPNG.pixel(0x00FF00)
        try await TestComfyUI.withRunning(isAutomatic: false) { server in
            let client = try server.client()
            let events = try await events(of: server, until: isEnd) {
                try await client.submit()
                server.preview(picture)
                server.preview(picture, hasMetadata: false)
                server.finishNext()
            }
            let previews = events.compactMap { if case .preview(let image) = $0 { image } else { nil } }
            #expect(previews.map(\.promptID) == [TestPrompts.id(1), nil])
            #expect(previews.map(\.nodeID) == ["1", nil])
            #expect(previews.allSatisfy { $0.mediaType == "image/png" && $0.bytes.readableBytes == picture.count })
        }
    }

    @Test("A message in many frames, and malformed ones between: none is lost")
    func fragments() async throws {
        try await TestComfyUI.withRunning { server in
            let nodes = JSONValue.array((0..<500).map { .string("node \($0)") })
            let events = try await events(of: server) {
                if case .cached = $0 { true } else { false }
            } meanwhile: {
                server.send(bytes: [0xFF, 0x00], isText: true)
                server.send(bytes: [0, 0, 0, 9], isText: false)
                server.sendInParts("execution_cached", ["prompt_id": "p", "nodes": nodes], length: 100)
            }
            guard case .cached("p", let received) = try #require(events.last) else { return }
            #expect(received.count == 500)
            #expect(events.contains { if case .ignored = $0 { true } else { false } })
        }
    }

    @Test("More frames than are held: they wait, and none is lost")
    func manyFrames() async throws {
        try await TestComfyUI.withRunning { server in
            let events = try await events(of: server, until: isEnd) {
                for number in 0..<5_000 { server.send("execution_start", ["prompt_id": .string("p\(number)")]) }
                server.send("execution_success", ["prompt_id": "p"])
            }
            let started = events.compactMap { if case .started(let prompt) = $0 { prompt } else { nil } }
            #expect(started == (0..<5_000).map { "p\($0)" })
        }
    }

    // MARK: Ends

    @Test("A ping is answered")
    func ping() async throws {
        try await TestComfyUI.withRunning { server in
            let address = try ComfyUIServerAddress(server.url)
            try await ComfyUISocket.withConnection(to: address, clientID: "us") { _ in
                await server.waitForTexts(1)
                server.ping()
                await server.waitForPongs(1)
            }
        }
    }

    @Test("A silent server is asked whether it is there")
    func silence() async throws {
        try await TestComfyUI.withRunning { server in
            var limits = ComfyUISocket.Limits()
            limits.silence = .milliseconds(10)
            let address = try ComfyUIServerAddress(server.url)
            try await ComfyUISocket.withConnection(to: address, clientID: "us", limits: limits) { _ in
                await server.waitForPings(1)
            }
        }
    }

    @Test("A server that does not say that it is there: an error")
    func deadServer() async throws {
        try await TestComfyUI.withRunning { server in
            server.setAnsweringPings(false)
            var limits = ComfyUISocket.Limits()
            limits.silence = .milliseconds(10)
            let error = try await #require(throws: ComfyUIError.self) { try await end(server, limits: limits) {} }
            #expect(error.code == .timeout)
        }
    }

    /// What the iteration ends with.
    private func end(_ server: TestComfyUI, limits: ComfyUISocket.Limits = .init(), _ act: () -> Void) async throws {
        _ = try await events(of: server, limits: limits, until: { _ in false }, meanwhile: { act() })
    }

    @Test("The server's clean end: no error")
    func cleanEnd() async throws {
        try await TestComfyUI.withRunning { server in
            try await end(server) { server.closeSockets(isClean: true) }
        }
    }

    @Test("A connection that breaks: an error")
    func brokenConnection() async throws {
        try await TestComfyUI.withRunning { server in
            let error = try await #require(throws: ComfyUIError.self) {
                try await end(server) { server.closeSockets(isClean: false) }
            }
            #expect(error.code == .lostAnswer)
        }
    }

    @Test("Half a frame: an error")
    func halfFrame() async throws {
        try await TestComfyUI.withRunning { server in
            let error = try await #require(throws: ComfyUIError.self) {
                try await end(server) { server.breakFrame() }
            }
            #expect(error.code == .lostAnswer)
        }
    }

    @Test("A frame beyond the limit: an error, not memory")
    func largeFrame() async throws {
        try await TestComfyUI.withRunning { server in
            var limits = ComfyUISocket.Limits()
            limits.frame = 1 << 20
            let error = try await #require(throws: ComfyUIError.self) {
                try await end(server, limits: limits) {
                    server.send(bytes: Array(repeating: 0x20, count: 1 << 20 | 1), isText: true)
                }
            }
            #expect(error.code == .tooLarge)
        }
    }

    @Test("A cancelled task: the connection is closed")
    func cancellation() async throws {
        try await TestComfyUI.withRunning { server in
            let task = Task { try await events(of: server, until: { _ in false }) }
            await server.waitForTexts(1)
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            await server.waitForOpenSockets(0)
        }
    }

    @Test("An error of whoever listens: passed on, and the connection is closed")
    func listenersError() async throws {
        struct Stop: Error {}
        try await TestComfyUI.withRunning { server in
            let address = try ComfyUIServerAddress(server.url)
            await #expect(throws: Stop.self) {
                try await ComfyUISocket.withConnection(to: address, clientID: "us") { _ in
                    await server.waitForTexts(1)
                    throw Stop()
                }
            }
            await server.waitForOpenSockets(0)
        }
    }

    // MARK: Connecting

    @Test("TLS, a prefix and headers")
    func secure() async throws {
        try await TestComfyUI.withRunning(prefix: "/comfy", isSecure: true) { server in
            server.demandHeader("X-Key", "hush")
            try await withTemporaryFolder { folder in
                let path = try folder.write(TestCertificates.company, to: "ca.pem")
                let key = HTTPField(name: try #require(HTTPField.Name("X-Key")), value: "hush")
                let address = try ComfyUIServerAddress(server.url, headers: HTTPFields([key]), caFile: path)
                try await ComfyUISocket.withConnection(to: address, clientID: "a b&c") { frames in
                    var iterator = frames.makeAsyncIterator()
                    let first = try await iterator.next()
                    #expect(first == .status(remaining: 0))
                }
            }
        }
    }

    @Test("A certificate that is not trusted: an error that says so")
    func untrusted() async throws {
        try await TestComfyUI.withRunning(isSecure: true) { server in
            let error = try await #require(throws: ComfyUIError.self) { try await end(server) {} }
            #expect(error.code == .unreachable)
            #expect(error.message.contains("not trusted"))
        }
    }

    @Test("No server: unreachable")
    func unreachable() async throws {
        let url = try await TestComfyUI.withRunning { $0.url }
        let address = try ComfyUIServerAddress(url)
        let error = try await #require(throws: ComfyUIError.self) {
            try await ComfyUISocket.withConnection(to: address, clientID: "us") { _ in }
        }
        #expect(error.code == .unreachable)
    }

    @Test(
        "A server that does not upgrade: its status",
        arguments: [(.status(404), 404), (.status(502), 502), (.redirect, 302), (.garbage, 200)]
            as [(TestComfyUI.Fault, Int)])
    func refused(_ fault: TestComfyUI.Fault, _ status: Int) async throws {
        try await TestComfyUI.withRunning { server in
            server.fail("GET /ws", fault)
            let error = try await #require(throws: ComfyUIError.self) { try await end(server) {} }
            #expect(error.status == status, "\(String(reflecting: error)) \(String(describing: error.cause))")
            #expect(error.remedy != nil)
        }
    }

    @Test("A server that does not answer the upgrade: a time limit")
    func hang() async throws {
        try await TestComfyUI.withRunning { server in
            server.fail("GET /ws", .hang)
            var limits = ComfyUISocket.Limits()
            limits.connect = .milliseconds(50)
            let error = try await #require(throws: ComfyUIError.self) { try await end(server, limits: limits) {} }
            #expect(error.code == .timeout)
        }
    }

    @Test("A task that is cancelled while it connects: no more waiting")
    func cancelledConnect() async throws {
        try await TestComfyUI.withRunning { server in
            server.fail("GET /ws", .hang)
            let task = Task { try await end(server) {} }
            await server.waitForRequest("GET /api/ws")
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }
}
