public import AsyncHTTPClient
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOPosix

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// The default transport: AsyncHTTPClient's connection pools.
public struct AsyncHTTPTransport: HTTPTransport {
    private let plain: HTTPClient
    private let redirecting: HTTPClient
    private let callExecutor: EventLoopTaskExecutor?

    /// Uses clients that the caller configured and will shut down.
    ///
    /// - Parameters:
    ///   - client: For signed calls and uploads. Configure it not to follow redirects.
    ///   - redirecting: For downloads; the same client if nil.
    public init(_ client: HTTPClient, redirecting: HTTPClient? = nil) {
        plain = client
        self.redirecting = redirecting ?? client
        // Other groups can be shut down, and a task that waits on a loop that is gone waits for ever.
        let isLasting = client.eventLoopGroup === MultiThreadedEventLoopGroup.singleton
        callExecutor = isLasting ? EventLoopTaskExecutor(client.eventLoopGroup.any()) : nil
    }

    /// Clients on NIO's shared event loops. They live as long as the process and need no shutdown.
    public static let shared = AsyncHTTPTransport(
        HTTPClient(eventLoopGroup: .singletonMultiThreadedEventLoopGroup, configuration: configuration(.disallow)),
        redirecting: HTTPClient(
            eventLoopGroup: .singletonMultiThreadedEventLoopGroup,
            configuration: configuration(.follow(max: 5, allowCycles: false))))

    private static func configuration(
        _ redirects: HTTPClient.Configuration.RedirectConfiguration
    ) -> HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(redirectConfiguration: redirects)
        // How long a connection may make no progress at all. Ten seconds to connect covers two lost SYNs.
        configuration.timeout = .init(connect: .seconds(10), read: .seconds(60), write: .seconds(60))
        // Trying again is the caller's: it knows what a try costs, and says at once that nobody listens.
        configuration.connectionPool.retryConnectionEstablishment = false
        // Waiting for a connection counts against a request's deadline, so a thousand uploads at once need room.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        return configuration
    }

    /// An event loop, where work on its connections wakes no other thread: a call costs a fraction of what it costs when
    /// each of its steps does, and a download is not handed over chunk by chunk.
    ///
    /// All calls share one, since they are small; of downloads each takes the next one. Nil for clients with event loops
    /// of their own.
    public func taskExecutor(for operation: ClientOperation) -> (any TaskExecutor)? {
        guard let callExecutor else { return nil }
        return switch operation {
        case .download: EventLoopTaskExecutor(MultiThreadedEventLoopGroup.singleton.next())
        // A file that is sent is read and hashed on its way, which is nothing for an event loop.
        case .upload: nil
        default: callExecutor
        }
    }

    /// Sends over a pooled connection. Throws ``TransportError``, `CancellationError`, or a streamed body's own error.
    public func send(_ request: TransportRequest) async throws -> TransportResponse {
        let client = request.followsRedirects ? redirecting : plain
        var outgoing = HTTPClientRequest(url: request.url)
        outgoing.method = HTTPMethod(rawValue: request.method.rawValue)
        for field in request.headers { outgoing.headers.add(name: field.name.rawName, value: field.value) }
        switch request.body {
        case .none: break
        case .bytes(let bytes): outgoing.body = .bytes(ByteBuffer(bytes: bytes))
        case .stream(let length, let chunks):
            outgoing.body = .stream(PacedBody(base: chunks, loops: client.eventLoopGroup), length: .known(length))
        }
        do {
            let response = try await client.execute(outgoing, timeout: TimeAmount(request.timeout))
            var headers = HTTPFields()
            for (name, value) in response.headers {
                if let name = HTTPField.Name(name) { headers.append(HTTPField(name: name, value: value)) }
            }
            return TransportResponse(
                status: .init(code: Int(response.status.code), reasonPhrase: response.status.reasonPhrase),
                headers: headers, body: AnyByteStream(TranslatedBody(base: response.body)))
        } catch {
            throw Self.translated(error)
        }
    }

    /// An AsyncHTTPClient, NIO or TLS error as what it means for the caller.
    fileprivate static func translated(_ error: any Error) -> any Error {
        if error is CancellationError || error as? HTTPClientError == .cancelled { return CancellationError() }
        // The upload's own source failed; that is no fault of the network.
        if error is SpeedPixError { return error }
        if let error = error as? HTTPClientError {
            let unsent: [HTTPClientError] = [
                .connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout, .invalidURL, .emptyHost,
                .emptyScheme, .socksHandshakeTimeout, .httpProxyHandshakeTimeout,
            ]
            return TransportError(
                error.shortDescription, mayHaveReachedService: !unsent.contains(error), cause: error)
        }
        if let error = error as? NIOConnectionError {
            let names = [error.dnsAError, error.dnsAAAAError].compactMap { $0.map { "DNS: \($0)" } }
            let reasons = error.connectionErrors.map { String(describing: $0.error) } + names
            return TransportError(
                "could not connect to \(error.host):\(error.port): \(reasons.first ?? "no address")",
                mayHaveReachedService: false, cause: error)
        }
        if let error = error as? IOError {
            // Only connecting can be refused; every other code can also strike a connection in use.
            let reason = error.errnoCode == ECONNREFUSED ? "connection refused" : String(describing: error)
            return TransportError(reason, mayHaveReachedService: error.errnoCode != ECONNREFUSED, cause: error)
        }
        if error is SocketAddressError {
            return TransportError("the host's name has no address", mayHaveReachedService: false, cause: error)
        }
        return TransportError(String(describing: error), mayHaveReachedService: true, cause: error)
    }
}

/// A response body whose errors are the transport's.
private struct TranslatedBody: AsyncSequence, Sendable {
    typealias Element = ByteBuffer
    let base: HTTPClientResponse.Body

    struct AsyncIterator: AsyncIteratorProtocol {
        var base: HTTPClientResponse.Body.AsyncIterator

        mutating func next() async throws -> ByteBuffer? {
            do {
                return try await base.next()
            } catch {
                throw AsyncHTTPTransport.translated(error)
            }
        }
    }

    func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(base: base.makeAsyncIterator())
    }
}
