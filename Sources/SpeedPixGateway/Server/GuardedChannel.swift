import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOSSL

/// A connection of HTTP/1.1, through TLS where the gateway has a certificate, with a limit of connections of one address.
struct GuardedChannel: ServerChildChannel {
    let base: HTTP1Channel
    let counter: ConnectionCounter
    let countsLoopback: Bool
    /// Nil for connections without TLS.
    let tls: NIOSSLContext?

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            // First: who has too many connections must not get a handshake.
            try pipeline.addHandler(ConnectionLimit(counter, countsLoopback: countsLoopback))
            if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
        }
        .flatMap { base.setup(channel: channel, logger: logger) }
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        await base.handle(value: value, logger: logger)
    }
}
