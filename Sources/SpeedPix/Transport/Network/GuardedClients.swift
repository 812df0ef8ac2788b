import AsyncHTTPClient
import NIOCore
import NIOPosix
import Synchronization

/// Clients whose connections lead to allowed addresses only: one for each rule, made when it is first needed.
///
/// The address is that of the connection itself, so that a name that is looked up twice cannot answer twice.
final class GuardedClients: Sendable {
    private let configuration: HTTPClient.Configuration
    private let clients = Mutex<[AllowedAddresses: HTTPClient]>([:])

    /// - Parameter configuration: Of a client that connects directly.
    init(_ configuration: HTTPClient.Configuration) {
        self.configuration = configuration
    }

    deinit {
        // A client that is not shut down ends the process.
        for client in clients.withLock({ $0.values }) { client.shutdown { _ in } }
    }

    func client(for allowed: AllowedAddresses) -> HTTPClient {
        clients.withLock { clients in
            if let client = clients[allowed] { return client }
            var configuration = configuration
            let check: @Sendable (any Channel) -> EventLoopFuture<Void> = { Self.check($0, allowed) }
            configuration.http1_1ConnectionDebugInitializer = check
            configuration.http2ConnectionDebugInitializer = check
            let client = HTTPClient(
                eventLoopGroup: .singletonMultiThreadedEventLoopGroup, configuration: configuration)
            clients[allowed] = client
            return client
        }
    }

    /// Closes a connection that leads elsewhere, before a request is written to it.
    private static func check(_ channel: any Channel, _ allowed: AllowedAddresses) -> EventLoopFuture<Void> {
        let address = channel.remoteAddress?.ipAddress
        if let address, allowed.contains(address) { return channel.eventLoop.makeSucceededVoidFuture() }
        channel.close(promise: nil)
        return channel.eventLoop.makeFailedFuture(DownloadHosts.refusal(address ?? "an unknown address"))
    }
}
