import AsyncHTTPClient
import NIOCore
import SpeedPix
import SpeedPixTestSupport
import Testing

@Suite("A client whose HTTPClient was shut down")
struct ShutdownTests {
    private static func client(_ http: HTTPClient, port: Int) throws -> SpeedPixClient {
        // Its sleeps are over at once: whatever is tried again is tried to the end.
        var dependencies = ClientDependencies(transport: AsyncHTTPTransport(http), clock: ImmediateClock())
        dependencies.pollRates = PollRateMemory()
        return SpeedPixClient(
            try SpeedPixClient.Configuration(appKey: "key", appSecret: "secret", endpoint: "http://127.0.0.1:\(port)"),
            dependencies: dependencies)
    }

    @Test("A create after the shutdown says that nothing was sent, and is not repeated")
    func create() async throws {
        let http = HTTPClient(eventLoopGroup: .singletonMultiThreadedEventLoopGroup)
        try await http.shutdown()
        let client = try Self.client(http, port: 9)
        let error = try await speedPixError { try await client.predictions.create("wf-1", input: [:]) }
        #expect(error.code == .network && !error.isRetryable)
        #expect(error.message == "nothing was sent to http://127.0.0.1:9: the HTTP client was shut down")
        #expect(error.remedy?.contains("still running") == true)
    }

    @Test("A wait, an upload and a download after the shutdown end at once")
    func others() async throws {
        let http = HTTPClient(eventLoopGroup: .singletonMultiThreadedEventLoopGroup)
        try await http.shutdown()
        let client = try Self.client(http, port: 9)
        let errors = [
            try await speedPixError { try await client.predictions.wait(for: Prediction(id: "t-1")) },
            try await speedPixError { try await client.files.upload(.bytes([1], filename: "a.png")) },
            try await speedPixError { try await client.files.read("http://127.0.0.1:9/a.png") },
        ]
        for error in errors {
            #expect(error.code == .network && !error.isRetryable, "\(error)")
            #expect(error.message.contains("the HTTP client was shut down"), "\(error)")
        }
    }

    @Test("A call under way at the shutdown is a network error, and a create is in doubt, in tasks nobody cancelled")
    func underWay() async throws {
        let read = Gate()
        let isSilent: SocketServer.Connection = { try $0.pipeline.syncOperations.addHandler(SilentReader(read)) }
        try await SocketServer.run(isSilent) { server in
            let http = HTTPClient(eventLoopGroup: .singletonMultiThreadedEventLoopGroup)
            let client = try Self.client(http, port: server.port)
            async let poll = speedPixError { try await client.predictions.get("t-1") }
            async let create = speedPixError { try await client.predictions.create("wf-1", input: [:]) }
            await read.waitForStarts(2)
            try await http.shutdown()
            #expect(try await poll.code == .network)
            #expect(try await poll.message.contains("the HTTP client was shut down"))
            #expect(try await create.code == .unknownOutcome)
        }
    }
}

/// Tells that something was read, and answers nothing.
private final class SilentReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let read: Gate
    private var hasRead = false

    init(_ read: Gate) { self.read = read }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasRead else { return }
        hasRead = true
        Task { [read] in await read.wait("read") }
        read.open("read")
    }
}
