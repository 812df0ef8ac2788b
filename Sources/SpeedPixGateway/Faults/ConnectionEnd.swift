import NIOCore

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Thrown through the routes to end a connection without a whole answer.
enum ConnectionEnd: Error, Equatable {
    /// The client sees "connection reset by peer".
    case reset
    /// What was written arrives; then the client sees the end of the stream.
    case cut

    /// Ends the connection; the caller drops it when it catches the error.
    func apply(to channel: any Channel) async throws {
        switch self {
        case .reset:
            // Closing without lingering sends a RST instead of a FIN. A transport without sockets has neither.
            try await (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
            // The caller that catches the error would close the output first, which sends a FIN.
            try await channel.close()
        case .cut:
            // Closing drops what has not left yet; closing the output alone waits for it.
            try await channel.close(mode: .output)
        }
    }
}
