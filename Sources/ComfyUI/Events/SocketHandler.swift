import NIOCore
import NIOWebSocket

/// The end of one connection's pipeline: hands frames on as events, answers pings, asks a silent server whether it is there,
/// and closes as WebSocket wants it (RFC 6455, section 7).
final class SocketHandler: ChannelDuplexHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame
    typealias Producer = NIOThrowingAsyncSequenceProducer<
        ComfyUIEvent, any Error, NIOAsyncSequenceProducerBackPressureStrategies.HighLowWatermark, Demand
    >

    /// What others ask of the handler, through the channel.
    enum Request: Sendable {
        /// Whoever listens wants more frames.
        case read
        /// Nobody listens any more.
        case drain
        /// End the connection.
        case close
    }

    /// Tells the handler what whoever listens wants.
    struct Demand: NIOAsyncSequenceProducerDelegate {
        let channel: any Channel

        func produceMore() { channel.triggerUserOutboundEvent(Request.read, promise: nil) }
        func didTerminate() { channel.triggerUserOutboundEvent(Request.drain, promise: nil) }
    }

    private let source: Producer.Source
    private let place: String
    private let limits: ComfyUISocket.Limits
    /// Whether no more is read until somebody wants it.
    private var isPaused = false
    /// Whether the channel wanted to read meanwhile.
    private var hasHeldRead = false
    /// Whether frames are dropped.
    private var isDraining = false
    private var hasSentClose = false
    private var waitsForPong = false
    private var deadline: Scheduled<Void>?

    /// - Parameter place: The server, as messages name it.
    init(_ source: Producer.Source, place: String, limits: ComfyUISocket.Limits) {
        self.source = source
        self.place = place
        self.limits = limits
    }

    /// Adds the handler, and those before it, to the pipeline of a connection that speaks WebSocket.
    static func add(to channel: any Channel, place: String, limits: ComfyUISocket.Limits) throws -> ComfyUISocket.Events
    {
        let made = Producer.makeSequence(
            backPressureStrategy: .init(lowWatermark: 4, highWatermark: 16), finishOnDeinit: true,
            delegate: Demand(channel: channel))
        let pipeline = channel.pipeline.syncOperations
        // First, so that each byte of a large frame counts.
        try pipeline.addHandler(IdleStateHandler(readTimeout: TimeAmount(limits.silence)), position: .first)
        try pipeline.addHandler(
            NIOWebSocketFrameAggregator(
                minNonFinalFragmentSize: 0, maxAccumulatedFrameCount: 1 << 12, maxAccumulatedFrameSize: limits.frame))
        try pipeline.addHandler(SocketHandler(made.source, place: place, limits: limits))
        return ComfyUISocket.Events(producer: made.sequence)
    }

    // MARK: From the server

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = Self.unwrapInboundIn(data)
        waitsForPong = false
        switch frame.opcode {
        case .text: deliver(ComfyUIEvent(text: frame.unmaskedData.readableBytesView))
        case .binary: deliver(ComfyUIEvent(binary: frame.unmaskedData))
        case .ping: send(.pong, frame.unmaskedData, context)
        case .connectionClose:
            source.finish()
            sendClose(context)
            context.close(promise: nil)
        default: break
        }
    }

    private func deliver(_ event: ComfyUIEvent) {
        guard !isDraining else { return }
        if source.yield(event) == .stopProducing { isPaused = true }
    }

    func read(context: ChannelHandlerContext) {
        if isPaused { hasHeldRead = true } else { context.read() }
    }

    private func resumeReading(_ context: ChannelHandlerContext) {
        isPaused = false
        guard hasHeldRead else { return }
        hasHeldRead = false
        context.read()
    }

    // MARK: To the server

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard let request = event as? Request else {
            return context.triggerUserOutboundEvent(event, promise: promise)
        }
        promise?.succeed()
        if request != .read { isDraining = true }
        resumeReading(context)
        if request == .close {
            sendClose(context)
            let channel = context.channel
            deadline = context.eventLoop.scheduleTask(in: TimeAmount(limits.close)) { channel.close(promise: nil) }
        }
    }

    private func sendClose(_ context: ChannelHandlerContext) {
        guard !hasSentClose else { return }
        hasSentClose = true
        // 1000: a normal end.
        send(.connectionClose, ByteBuffer(bytes: [0x03, 0xE8]), context)
    }

    private func send(_ opcode: WebSocketOpcode, _ data: ByteBuffer, _ context: ChannelHandlerContext) {
        let frame = WebSocketFrame(fin: true, opcode: opcode, maskKey: .random(), data: data)
        context.writeAndFlush(Self.wrapOutboundOut(frame), promise: nil)
    }

    // MARK: Silence and end

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .read? = event as? IdleStateHandler.IdleStateEvent else {
            return context.fireUserInboundEventTriggered(event)
        }
        // While nothing is read the server may well have sent something.
        guard !isPaused else { return }
        if waitsForPong {
            fail("the server has fallen silent", .timeout)
            context.close(promise: nil)
        } else {
            waitsForPong = true
            send(.ping, ByteBuffer(), context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case NIOWebSocketError.invalidFrameLength, NIOWebSocketFrameAggregator.Error.accumulatedFrameSizeIsTooLarge:
            fail("a frame is larger than \(limits.frame >> 20) MiB", .tooLarge)
        case is NIOWebSocketError, is NIOWebSocketFrameAggregator.Error:
            fail("what it sends is not WebSocket's", .malformed)
        default: fail("the connection broke: \("\(error)".excerpt(200))", .lostAnswer)
        }
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail("the server closed the connection", .lostAnswer)
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.cancel()
        source.finish()
    }

    /// Only the first end of the sequence counts.
    private func fail(_ message: String, _ code: ComfyUIError.Code) {
        source.finish(ComfyUIError(code, "\(place): \(message)", mayHaveTakenEffect: false))
    }
}
