import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import ServiceLifecycle
import SpeedPix

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// HTTP/1.1 on a port: hands requests to the routes and their answers to the network.
///
/// Hummingbird's `Application` would do the same but for two things: the date in its answers is always the machine's,
/// and no route can end a connection in a way of its own choice.
struct GatewayServer<Responder: HTTPResponder>: Service where Responder.Context == GatewayContext {
    let responder: Responder
    let configuration: GatewayConfiguration
    /// Nil for connections without TLS.
    let tls: NIOSSLContext?
    let idleTimeout: TimeAmount
    let logger: Logger
    /// Called once, with the port that it listens on.
    let onPort: @Sendable (Int) -> Void

    private var name: String { "speedpix-gateway/\(SpeedPixVersion.current)" }

    func run() async throws {
        let counter = ConnectionCounter(most: configuration.maximumConnectionsPerAddress)
        let builder = HTTPServerBuilder { [idleTimeout, configuration, tls] responder in
            let pace = configuration.requestPace
            return GuardedChannel(
                base: HTTP1Channel(
                    responder: responder,
                    configuration: .init(
                        additionalChannelHandlers: [RequestTimer(pace)], idleTimeout: idleTimeout)),
                counter: counter, countsLoopback: configuration.countsLoopbackConnections, tls: tls)
        }
        let server = try builder.buildServer(
            configuration: ServerConfiguration(
                address: .hostname(configuration.host, port: configuration.port), serverName: name),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger,
            responder: { request, writer, channel in
                do {
                    try await answer(request, writer: writer, channel: channel)
                } catch let end as ConnectionEnd {
                    try await end.apply(to: channel)
                    // Whatever a responder throws ends the connection.
                    throw end
                }
            },
            onServerRunning: { channel in
                if let port = channel.localAddress?.port { onPort(port) }
            })
        try await server.run()
    }

    private func answer(
        _ request: Request, writer: consuming ResponseWriter, channel: any Channel
    ) async throws {
        if isAsking(request) {
            // Without an answer curl waits a second before each upload (RFC 9110, section 10.1.1).
            try await writer.writeInformationalHead(HTTPResponse(status: .continue))
        }
        let context = GatewayContext(source: ApplicationRequestContextSource(channel: channel, logger: logger))
        var response = try await responder.respond(to: request, context: context)
        if response.headers[.date] == nil { response.headers[.date] = SigningDate.httpDate(configuration.now()) }
        response.headers[.server] = name
        try await writer.write(response: response.head, body: response.body)
    }

    /// Whether the client asks before a large body. One that is too long is not asked for: the refusal is on its way.
    private func isAsking(_ request: Request) -> Bool {
        guard request.headers[.expect]?.lowercased() == "100-continue" else { return false }
        let length = request.headers[.contentLength].flatMap { Int64($0) } ?? 0
        return length <= configuration.maximumUploadBytes
    }
}

extension SigningDate {
    /// The date as HTTP has it (RFC 9110, section 5.6.7): `Tue, 14 Nov 2023 22:13:20 GMT`.
    static func httpDate(_ date: Date) -> String {
        String(string(from: date).dropLast("+00:00".count))
    }
}
