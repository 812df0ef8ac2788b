import NIOCore
import NIOHTTP1

/// Writes the whole URL into the request line, as a proxy requires it of a request without TLS (RFC 9112, section 3.2.2).
///
/// AsyncHTTPClient asks every proxy for a tunnel, and proxies open tunnels to port 443 only.
final class AbsoluteFormHandler: ChannelOutboundHandler {
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .head(var head) = unwrapOutboundIn(data), let host = head.headers.first(name: "host") else {
            return context.write(data, promise: promise)
        }
        head.uri = "http://\(host)\(head.uri)"
        context.write(wrapOutboundOut(.head(head)), promise: promise)
    }

    /// Puts one between AsyncHTTPClient's own handlers on a connection to a proxy.
    @Sendable
    static func add(to channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.submit {
            let pipeline = channel.pipeline.syncOperations
            let encoder = try pipeline.handler(type: HTTPRequestEncoder.self)
            try pipeline.addHandler(AbsoluteFormHandler(), position: .after(encoder))
        }
    }
}
