import NIOCore
import NIOWebSocket
import SpeedPix

/// One WebSocket of a ``TestComfyUI``.
final class TestComfyUISocketHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    private let client: String
    private let state: TestComfyUIConnection.State
    private var isFirstText = true

    init(client: String, state: TestComfyUIConnection.State) {
        self.client = client
        self.state = state
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        state.withLock { state in
            state.connectionCount += 1
            state.sockets[client] = channel
            state.previewClients.remove(client)
            state.engine.welcome(client)
            state.flush()
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = Self.unwrapInboundIn(data)
        switch frame.opcode {
        case .text: receive(String(buffer: frame.unmaskedData))
        case .ping:
            let isAnswering = state.withLock { state in
                state.pings += 1
                return state.answersPings
            }
            guard isAnswering else { return }
            let pong = WebSocketFrame(fin: true, opcode: .pong, data: frame.unmaskedData)
            context.writeAndFlush(Self.wrapOutboundOut(pong), promise: nil)
        case .pong: state.withLock { $0.pongs += 1 }
        case .connectionClose:
            let answer = WebSocketFrame(fin: true, opcode: .connectionClose, data: frame.unmaskedData)
            context.writeAndFlush(Self.wrapOutboundOut(answer), promise: nil)
            context.close(promise: nil)
        default: break
        }
    }

    /// Only the first frame may say what the client can do.
    private func receive(_ text: String) {
        let json = try? JSONValue(parsing: text.utf8)
        let isFirst = isFirstText
        isFirstText = false
        state.withLock { state in
            state.received.append(text)
            guard isFirst, json?["type"]?.stringValue == "feature_flags" else { return }
            if json?["data"]?["supports_preview_metadata"] == .bool(true) { state.previewClients.insert(client) }
            state.engine.outbox.append(
                .text(
                    "feature_flags", ["supports_preview_metadata": true, "max_upload_size": 104_857_600], client: client
                ))
            state.flush()
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        // By the id alone: the late end of an old connection takes the new one's place away, as at a real server.
        state.withLock { _ = $0.sockets.removeValue(forKey: client) }
        context.fireChannelInactive()
    }
}
