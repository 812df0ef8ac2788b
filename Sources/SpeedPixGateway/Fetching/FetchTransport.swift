import AsyncHTTPClient
import NIOCore
import NIOPosix
import SpeedPix

/// Looks names up and gets URLs, one request each: nothing is decided here.
protocol FetchTransport: Sendable {
    /// The address of a host, the one that the system would use.
    func address(of target: FetchTarget) async throws -> String

    /// Sends a `GET` to an address and hands the answer to `body`. Redirects are not followed. When it returns, its connection is
    /// closed.
    func get<Output: Sendable>(
        _ target: FetchTarget, from address: String, _ body: (FetchAnswer) async throws -> Output
    ) async throws -> Output
}

/// An answer whose body is still to come.
struct FetchAnswer: Sendable {
    let status: Int
    /// The header `Location`.
    let location: String?
    /// The header `Content-Type`.
    let contentType: String?
    let body: AnyByteStream
}

/// The system's resolver and AsyncHTTPClient.
struct DirectFetchTransport: FetchTransport {
    /// Threads of their own, which live as long as the process: the resolver blocks them for as long as it takes, and whoever
    /// gives names that nobody answers for must not keep the gateway from its files.
    private static let resolvers: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: 4)
        pool.start()
        return pool
    }()

    func address(of target: FetchTarget) async throws -> String {
        guard !target.isAddress else { return target.host }
        let address = try await Self.resolvers.runIfActive {
            try SocketAddress.makeAddressResolvingHost(target.host, port: target.port)
        }
        guard let text = address.ipAddress else { throw SocketAddressError.unsupported }
        return text
    }

    func get<Output: Sendable>(
        _ target: FetchTarget, from address: String, _ body: (FetchAnswer) async throws -> Output
    ) async throws -> Output {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout = .init(connect: .seconds(10), read: .seconds(30))
        configuration.httpVersion = .http1Only
        // The address that was checked, and no other one that the name may have by now.
        if !target.isAddress { configuration.dnsOverride = [target.host: address] }
        return try await HTTPClient.withHTTPClient(
            eventLoopGroup: .singletonMultiThreadedEventLoopGroup, configuration: configuration
        ) { client in
            var request = HTTPClientRequest(url: target.url)
            request.headers.add(name: "user-agent", value: "speedpix-gateway/\(SpeedPixVersion.current)")
            request.headers.add(name: "accept-encoding", value: "identity")
            let answer = try await client.execute(request, timeout: .minutes(10))
            return try await body(
                FetchAnswer(
                    status: Int(answer.status.code), location: answer.headers.first(name: "location"),
                    contentType: answer.headers.first(name: "content-type"), body: AnyByteStream(answer.body)))
        }
    }
}
