import NIOCore
import NIOHTTP1
import NIOSSL
import NIOWebSocket
import SpeedPixTesting

/// One connection of a ``TestComfyUI``: reads requests, and writes what the routes answer.
final class TestComfyUIConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart
    typealias State = CountedState<TestComfyUI.State>

    private let prefix: String
    private let state: State
    private var head: HTTPRequestHead?
    private var body = ByteBuffer()

    /// - Parameter head: Of a request that is being read.
    private init(prefix: String, state: State, head: HTTPRequestHead?) {
        self.prefix = prefix
        self.state = state
        self.head = head
    }

    /// Sets up the pipeline of a connection that was accepted.
    static func configure(_ channel: any Channel, tls: NIOSSLContext?, prefix: String, state: State) throws {
        let id = ObjectIdentifier(channel)
        state.withLock { $0.connections[id] = channel }
        channel.closeFuture.whenComplete { _ in state.withLock { $0.connections[id] = nil } }
        if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
        // NIO drops the head of a request that wanted to become a WebSocket and may not.
        let refused = NIOLoopBoundBox<HTTPRequestHead?>(nil, eventLoop: channel.eventLoop)
        let upgrader = NIOTypedWebSocketServerUpgrader<Void>(
            maxFrameSize: 16 << 20,
            shouldUpgrade: { channel, head in
                let request = TestComfyUIRequest(head, ByteBuffer(), prefix: prefix)
                let mayUpgrade = state.withLock { $0.mayUpgrade(request) }
                if !mayUpgrade { refused.value = head }
                return channel.eventLoop.makeSucceededFuture(mayUpgrade ? HTTPHeaders() : nil)
            },
            upgradePipelineHandler: { channel, head in
                let client = TestComfyUIRequest(head, ByteBuffer(), prefix: prefix).query["clientId"] ?? ""
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        TestComfyUISocketHandler(client: client, state: state))
                }
            })
        let upgrade = NIOTypedHTTPServerUpgradeConfiguration<Void>(upgraders: [upgrader]) { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(
                    TestComfyUIConnection(prefix: prefix, state: state, head: refused.value))
            }
        }
        _ = try channel.pipeline.syncOperations.configureUpgradableHTTPServerPipeline(
            configuration: NIOUpgradableHTTPServerPipelineConfiguration(upgradeConfiguration: upgrade))
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch Self.unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body.clear()
        case .body(var part): body.writeBuffer(&part)
        case .end:
            guard let head = head.take() else { return }
            let request = TestComfyUIRequest(head, body, prefix: prefix)
            body = ByteBuffer()
            let reply = state.withLock { $0.reply(to: request) }
            write(reply, isHead: head.method == .HEAD, context)
        }
    }

    private func write(_ reply: TestComfyUIReply, isHead: Bool, _ context: ChannelHandlerContext) {
        switch reply {
        case .none: break
        case .close: context.close(promise: nil)
        case .answer(let answer):
            writeHead(answer, context)
            if !isHead {
                context.write(Self.wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: answer.body)))), promise: nil)
            }
            context.writeAndFlush(Self.wrapOutboundOut(.end(nil)), promise: nil)
        case .stalled(let answer):
            let half = answer.body.count / 2
            let (first, second) = (answer.body[..<half], answer.body[half...])
            let channel = context.channel
            // First: whoever has read the first half may have the rest released at once.
            state.withLock { $0.held.append((channel, ByteBuffer(bytes: second))) }
            writeHead(answer, context)
            context.writeAndFlush(Self.wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: first)))), promise: nil)
        }
    }

    private func writeHead(_ answer: TestComfyUIReply.Answer, _ context: ChannelHandlerContext) {
        var headers = HTTPHeaders([("Content-Length", String(answer.body.count))])
        if let type = answer.type { headers.add(name: "Content-Type", value: type) }
        if let location = answer.location { headers.add(name: "Location", value: location) }
        let head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: answer.status), headers: headers)
        context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
    }

    /// Writes the rest of an answer that stopped in the middle.
    static func finish(_ channel: any Channel, with bytes: ByteBuffer) {
        channel.eventLoop.execute {
            let pipeline = channel.pipeline.syncOperations
            pipeline.write(NIOAny(HTTPServerResponsePart.body(.byteBuffer(bytes))), promise: nil)
            pipeline.writeAndFlush(NIOAny(HTTPServerResponsePart.end(nil)), promise: nil)
        }
    }
}
