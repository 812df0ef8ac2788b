import NIOCore

/// Closes a connection at once if its address has too many.
///
/// Those of this machine do not count: it may be a server in front of the gateway, through which everybody comes.
final class ConnectionLimit: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    private let counter: ConnectionCounter
    private let countsLoopback: Bool
    /// Nil while the connection is not counted.
    private var address: String?

    init(_ counter: ConnectionCounter, countsLoopback: Bool) {
        self.counter = counter
        self.countsLoopback = countsLoopback
    }

    func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
        guard let address = context.remoteAddress?.ipAddress, countsLoopback || !Self.isLoopback(address) else {
            return
        }
        if counter.begin(address) {
            self.address = address
        } else {
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if let address { counter.end(address) }
        address = nil
        context.fireChannelInactive()
    }

    private static func isLoopback(_ address: String) -> Bool {
        address.hasPrefix("127.") || address == "::1" || address.hasPrefix("::ffff:127.")
    }
}
