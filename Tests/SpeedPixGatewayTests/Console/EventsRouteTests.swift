import ComfyUI
import HTTPTypes
import NIOCore
import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixGateway

/// Events as they arrive over HTTP.
struct EventStream {
    struct Ended: Error {}

    let headers: HTTPFields
    private var chunks: AnyByteStream.AsyncIterator
    private var received = ""

    /// - Throws: If it is not answered with 200.
    init(_ gateway: TestGateway, token: String) async throws {
        let response = try await AsyncHTTPTransport.shared.send(
            TransportRequest(
                method: .get, url: gateway.endpoint + "/speedpix/events",
                headers: [.authorization: "Bearer \(token)"], timeout: .seconds(60)))
        try #require(response.status == .ok)
        headers = response.headers
        chunks = response.body.makeAsyncIterator()
    }

    /// The data of the next event of a name; others are passed over.
    ///
    /// - Throws: ``Ended`` if the stream ends before.
    mutating func next(_ name: String) async throws -> JSONValue {
        while true {
            guard let end = received.firstRange(of: "\n\n") else {
                guard let chunk = try await chunks.next() else { throw Ended() }
                received += String(buffer: chunk)
                continue
            }
            let event = String(received[..<end.lowerBound])
            received = String(received[end.upperBound...])
            let start = "event: \(name)\ndata: "
            if event.hasPrefix(start) { return try JSONValue(parsing: Array(event.dropFirst(start.count).utf8)) }
        }
    }

    /// What is told next of a prediction.
    mutating func next(of id: String) async throws -> JSONValue {
        while true {
            let changed = try await next("predictions")["changed"]?.arrayValue ?? []
            if let summary = changed.first(where: { $0["id"]?.stringValue == id }) { return summary }
        }
    }

    /// Reads on until the stream ends as it should.
    ///
    /// - Throws: If the connection breaks.
    mutating func readToEnd() async throws {
        while try await chunks.next() != nil {}
    }
}

@Suite("The stream of events", .timeLimit(.minutes(1)))
struct EventsRouteTests {
    @Test("EventsRoute: begins with a greeting, and tells a session how a prediction runs and ends")
    func prediction() async throws {
        let gate = Gate()
        try await TestGateway.run(
            workflows: [GatedWorkflow(id: "light", isComputing: false, gate: gate)], with: TestGateway.withConsole()
        ) { gateway in
            var events = try await EventStream(gateway, token: try await gateway.signIn())
            #expect(events.headers[.contentType] == "text/event-stream")
            #expect(events.headers[.cacheControl] == "no-store")
            #expect(events.headers[.xContentTypeOptions] == "nosniff")
            let hello = try await events.next("hello")
            #expect(hello["version"] == .string(SpeedPixVersion.current) && hello["servers"] == false)
            #expect(hello["start"]?.stringValue?.isEmpty == false)
            let id = try await gateway.create("light", ["name": "a"])
            #expect(try await events.next(of: id)["workflow"] == "light")
            await gate.waitForStarts(1)
            gate.open("a")
            _ = try await gateway.ended(id)
            var state: String?
            while state != "succeeded" {
                await gateway.clock.waitForPauses(1)
                gateway.clock.advance(by: ConsoleFeed.interval)
                state = try await events.next(of: id)["state"]?.stringValue
            }
        }
    }

    @Test("EventsRoute: tells that a workflow was published")
    func workflows() async throws {
        try await LastingFolder.with { folder in
            try await folder.run(
                Gate(), { $0.hasConsole = true },
                body: { gateway in
                    let admin = try TestAdmin(gateway, folder)
                    var events = try await EventStream(gateway, token: admin.token)
                    _ = try await events.next("hello")
                    let source = "return { inputs = {}, run = function(inputs) return { said = 1 } end }"
                    let published = try await admin.call(.post, "workflows", ["id": "one", "script": .string(source)])
                    #expect(published.code == nil, "\(published.text)")
                    #expect(try await events.next("workflows") == [:])
                })
        }
    }

    @Test("EventsRoute: tells that a server takes nothing new")
    func servers() async throws {
        try await TestComfyUI.withRunning { server in
            let address = try ComfyUIServerAddress(server.url)
            try await LastingFolder.with { folder in
                try await folder.run(
                    Gate(),
                    {
                        $0.hasConsole = true
                        $0.comfyUIServers = ComfyUIConfiguration(servers: [address])
                    },
                    body: { gateway in
                        let admin = try TestAdmin(gateway, folder)
                        var events = try await EventStream(gateway, token: admin.token)
                        #expect(try await events.next("hello")["servers"] == true)
                        #expect(try await admin.call(.post, "servers/1/drain").code == nil)
                        #expect(try await events.next("servers") == [:])
                    })
            }
        }
    }

    @Test("EventsRoute: an open stream ends with the gateway, and is not broken off")
    func gatewayEnds() async throws {
        var reading: Task<Void, any Error>?
        try await TestGateway.run(with: TestGateway.withConsole()) { gateway in
            let token = try await gateway.signIn()
            let (greetings, greeted) = AsyncStream<Void>.makeStream()
            reading = Task {
                defer { greeted.finish() }
                var events = try await EventStream(gateway, token: token)
                _ = try await events.next("hello")
                greeted.yield()
                try await events.readToEnd()
            }
            _ = await greetings.first { _ in true }
        }
        try await #require(reading).value
    }

    @Test("EventsRoute: takes what the other routes of the gateway's own take, and is there with the console only")
    func refused() async throws {
        try await TestGateway.run(with: TestGateway.withConsole()) { gateway in
            for headers in [[:], [.authorization: "Bearer x"], gateway.signed("/speedpix/events", [])] as [HTTPFields] {
                let answer = try await gateway.send(.get, "/speedpix/events", headers: headers)
                #expect(answer.status == 401 && answer.code == "Unauthorized", "\(answer.text)")
            }
        }
        try await TestGateway.run { gateway in
            let answer = try await gateway.send(.get, "/speedpix/events")
            #expect(answer.status == 404)
        }
    }
}
