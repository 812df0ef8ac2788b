import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Closes a connection whose client sends too slowly, by ``RequestPace``.
///
/// One timer a connection looks now and then: to set one for each request would cost more than the request.
final class RequestTimer: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let limits: RequestPace.Limits
    private var pace: RequestPace?
    private var timer: RepeatedTask?
    /// Whether what was read since the last end of reading has made a part of a request.
    private var hasPart = false

    init(_ limits: RequestPace.Limits) {
        self.limits = limits
    }

    // MARK: The connection

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { begin(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        begin(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end()
    }

    private func begin(_ context: ChannelHandlerContext) {
        guard pace == nil else { return }
        let eventLoop = context.eventLoop
        pace = RequestPace(limits, now: eventLoop.now)
        let interval = TimeAmount.nanoseconds(max(min(limits.head, limits.window).nanoseconds / 4, 1))
        let bound = NIOLoopBound((self, context), eventLoop: eventLoop)
        timer = eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
            let (handler, context) = bound.value
            handler.check(context)
        }
    }

    private func end() {
        timer?.cancel()
        timer = nil
    }

    private func check(_ context: ChannelHandlerContext) {
        guard timer != nil, pace?.isTooSlow(at: context.eventLoop.now) == true else { return }
        end()
        context.close(promise: nil)
    }

    // MARK: What comes and goes

    func read(context: ChannelHandlerContext) {
        pace?.asks(at: context.eventLoop.now)
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let now = context.eventLoop.now
        hasPart = true
        pace?.arrives(at: now)
        switch unwrapInboundIn(data) {
        case .head: pace?.headArrives()
        case .body(let bytes): pace?.bodyArrives(bytes.readableBytes)
        case .end: pace?.requestEnds()
        }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if !hasPart {
            let now = context.eventLoop.now
            pace?.arrives(at: now)
            pace?.fragmentArrives(at: now)
        }
        hasPart = false
        context.fireChannelReadComplete()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { pace?.answerEnds() }
        context.write(data, promise: promise)
    }
}
