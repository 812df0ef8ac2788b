import AsyncHTTPClient
import HTTPTypes
import NIOCore
import NIOPosix

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The connections of a ``RoutedHTTPTransport``: direct ones, and those through each proxy. They are closed when the
/// transport is released.
final class HTTPConnections: Sendable {
    /// How a request leaves this machine.
    private enum ProxyMode: Hashable {
        case direct
        /// Through a connection that the proxy opens and then leaves alone.
        case tunnel(Proxy)
        /// Handed to the proxy as a whole.
        case forward(Proxy)
    }

    private let settings: ProxySettings
    private let clients: [HTTPClient]
    private let transports: [ProxyMode: AsyncHTTPTransport]
    /// For hosts that are reached without a proxy.
    let direct: AsyncHTTPTransport

    /// - Parameter now: This machine's date.
    init(_ settings: NetworkSettings, now: @escaping @Sendable () -> Date) {
        self.settings = settings.proxies
        var modes: Set<ProxyMode> = []
        for scheme in ["http", "https"] { modes.insert(Self.mode(for: scheme, settings.proxies)) }
        modes.remove(.direct)
        func client(_ mode: ProxyMode) -> HTTPClient {
            HTTPClient(
                eventLoopGroup: .singletonMultiThreadedEventLoopGroup,
                configuration: Self.configuration(mode, settings.trust))
        }
        let directClient = client(.direct)
        let others = modes.map { ($0, client($0)) }
        clients = [directClient] + others.map(\.1)
        direct = AsyncHTTPTransport(
            directClient, guarded: GuardedClients(Self.configuration(.direct, settings.trust)), isDecoding: true,
            isDirect: true
        ).with(now: now)
        transports = Dictionary(
            uniqueKeysWithValues: others.map {
                ($0, AsyncHTTPTransport($1, guarded: nil, isDecoding: true, isDirect: false).with(now: now))
            })
    }

    deinit {
        // AsyncHTTPClient traps if a client is released before its shutdown. The body of an answer that is still read holds this.
        for client in clients { client.shutdown { _ in } }
    }

    private static func configuration(_ mode: ProxyMode, _ trust: TrustSettings) -> HTTPClient.Configuration {
        var configuration = AsyncHTTPTransport.configuration
        if !trust.isDefault { configuration.tlsConfiguration = trust.tlsConfiguration }
        switch mode {
        case .direct: break
        case .tunnel(let proxy) where proxy.kind == .socks5:
            configuration.proxy = .socksServer(host: proxy.host, port: proxy.port)
        case .tunnel(let proxy):
            configuration.proxy = .server(
                host: proxy.host, port: proxy.port,
                authorization: proxy.credentials.map {
                    .basic(username: $0.user, password: $0.password.revealed)
                })
        case .forward: configuration.http1_1ConnectionDebugInitializer = AbsoluteFormHandler.add
        }
        return configuration
    }

    /// How requests of a scheme leave, if their host is not an exception.
    private static func mode(for scheme: String, _ settings: ProxySettings) -> ProxyMode {
        guard let proxy = scheme == "https" ? settings.https : settings.http else { return .direct }
        return scheme == "http" && proxy.kind == .http ? .forward(proxy) : .tunnel(proxy)
    }

    /// Sends one request.
    ///
    /// - Throws: As ``HTTPTransport/send(_:)``; the errors name the proxy.
    func send(_ request: TransportRequest) async throws -> TransportResponse {
        guard let target = RequestTarget(request.url), let proxy = settings.proxy(for: target),
            let transport = transports[Self.mode(for: target.scheme, settings)]
        else { return try await direct.send(request) }
        let isForwarded = if case .forward = Self.mode(for: target.scheme, settings) { true } else { false }
        let response: TransportResponse
        do {
            response = try await transport.send(
                isForwarded ? Self.forwarded(request, to: target, through: proxy) : request)
        } catch let error as TransportError {
            throw Self.explained(error, target: target, proxy: proxy)
        }
        // Through a tunnel it would be the service's.
        guard !isForwarded || response.status.code != 407 else { throw Self.refused(by: proxy) }
        return response
    }

    /// The request as the proxy gets it; ``AbsoluteFormHandler`` does the rest.
    private static func forwarded(
        _ request: TransportRequest, to target: RequestTarget, through proxy: Proxy
    ) -> TransportRequest {
        var request = request
        request.url = "http://\(proxy.authority)\(target.resource)"
        // HTTPTypes keeps the name for itself, and AsyncHTTPClient would put the proxy's there.
        if let host = HTTPField.Name("Host") { request.headers[host] = target.authority }
        request.headers[.proxyAuthorization] = proxy.authorization
        return request
    }

    /// What the proxy would not do, if it was the proxy: then the service has seen nothing of the request.
    private static func explained(_ error: TransportError, target: RequestTarget, proxy: Proxy) -> TransportError {
        var unsent = error
        unsent.mayHaveReachedService = false
        switch error.cause as? HTTPClientError {
        case .proxyAuthenticationRequired:
            return refused(by: proxy)
        case .invalidProxyResponse:
            unsent.message = "the proxy \(proxy) does not connect to \(target.authority)"
            return unsent
        case .httpProxyHandshakeTimeout, .socksHandshakeTimeout:
            unsent.message = "the proxy \(proxy) did not answer in time"
            return unsent
        default:
            if error.cause.map({ String(reflecting: type(of: $0)).hasPrefix("NIOSOCKS.") }) ?? false {
                // A dozen types of swift-nio-extras with nothing in common but the module, which this one does not import:
                // AsyncHTTPClient brings it, and names none of them.
                unsent.message = "the proxy \(proxy) does not connect to \(target.authority): \(error.message)"
                return unsent
            }
            var error = error
            error.message = "through the proxy \(proxy): \(error.message)"
            return error
        }
    }

    private static func refused(by proxy: Proxy) -> TransportError {
        TransportError(
            proxy.hasCredentials
                ? "the proxy \(proxy) refuses the user name and the password in its URL (HTTP 407)"
                : "the proxy \(proxy) wants a user name and a password (HTTP 407): write http://USER:PASSWORD@\(proxy.authority)",
            mayHaveReachedService: false)
    }
}
