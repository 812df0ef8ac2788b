public import AsyncHTTPClient
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOPosix

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The default transport: AsyncHTTPClient's connection pools.
public struct AsyncHTTPTransport: HTTPTransport {
    private let plain: HTTPClient
    /// For requests that may not lead everywhere; nil where that is not looked at.
    private let guarded: GuardedClients?
    private let callExecutor: EventLoopTaskExecutor?
    /// Whether connections lead to the hosts themselves, and not to a proxy.
    private let isDirect: Bool
    /// Whether the clients undo a body's encoding.
    private let isDecoding: Bool
    /// This machine's date. A client puts its own here.
    private var now: @Sendable () -> Date = { Date() }

    /// Uses a client that the caller configured and will shut down.
    ///
    /// - Parameter client: Configure it not to follow redirects: signatures are for one path, and where a download may be
    ///   redirected to is checked before. Addresses of names are not checked on its connections
    ///   (``TransportRequest/allowedAddresses``).
    public init(_ client: HTTPClient) {
        self.init(client, guarded: nil, isDecoding: false, isDirect: true)
    }

    /// - Parameters:
    ///   - guarded: For requests that may not lead everywhere.
    ///   - isDecoding: Whether the clients are made with ``configuration``.
    ///   - isDirect: Whether their connections lead to the hosts themselves, and not to a proxy.
    init(_ client: HTTPClient, guarded: GuardedClients?, isDecoding: Bool, isDirect: Bool) {
        self.isDecoding = isDecoding
        self.isDirect = isDirect
        self.guarded = guarded
        plain = client
        // Other groups can be shut down, and a task that waits on a loop that is gone waits for ever.
        let isLasting = client.eventLoopGroup === MultiThreadedEventLoopGroup.singleton
        callExecutor = isLasting ? EventLoopTaskExecutor(client.eventLoopGroup.any()) : nil
    }

    /// The same connections, with a client's own date.
    func with(now: @escaping @Sendable () -> Date) -> AsyncHTTPTransport {
        var transport = self
        transport.now = now
        return transport
    }

    /// Clients on NIO's shared event loops. They live as long as the process and need no shutdown.
    public static let shared = AsyncHTTPTransport(
        HTTPClient(eventLoopGroup: .singletonMultiThreadedEventLoopGroup, configuration: configuration),
        guarded: GuardedClients(configuration), isDecoding: true, isDirect: true)

    /// What every client of ours is made with.
    static var configuration: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.decompression = .enabled(limit: BodyCoding.limit)
        // How long a connection may make no progress at all. Ten seconds to connect covers two lost SYNs.
        configuration.timeout = .init(connect: .seconds(10), read: .seconds(60), write: .seconds(60))
        // The caller retries: it knows what a try costs, and a refused connection is reported at once.
        configuration.connectionPool.retryConnectionEstablishment = false
        // Waiting for a connection counts against a request's deadline, so that a thousand calls at once need room; but
        // each takes one of the files that the process may have open.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = OpenFileLimit.connections(
            within: OpenFileLimit.current)
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
        let client = request.allowedAddresses.flatMap { guarded?.client(for: $0) } ?? plain
        var outgoing = HTTPClientRequest(url: request.url)
        outgoing.method = HTTPMethod(rawValue: request.method.rawValue)
        for field in request.headers { outgoing.headers.add(name: field.name.rawName, value: field.value) }
        // Whether the body was sent, wholly or in part; nil where that is not known.
        var bodyLeft: (@Sendable () -> Bool)?
        // A client that decompresses asks for compressed bodies unless this header is set; pictures do not get smaller.
        if isDecoding, request.headers[.acceptEncoding] == nil {
            outgoing.headers.add(name: "accept-encoding", value: "identity")
        }
        switch request.body {
        case .none: break
        case .bytes(let bytes):
            if let condition = request.sendCondition {
                let body = ConditionalBody(bytes, condition)
                bodyLeft = { body.wasRead }
                outgoing.body = .stream(body, length: .known(Int64(bytes.count)))
            } else {
                let body = ObservedBytes(bytes)
                bodyLeft = { body.wasRead }
                outgoing.body = .bytes(body)
            }
        case .stream(let length, let chunks):
            outgoing.body = .stream(
                BackpressuredBody(base: chunks, loops: client.eventLoopGroup), length: .known(length))
        }
        do {
            let response = try await client.execute(outgoing, timeout: TimeAmount(request.timeout))
            var headers = HTTPFields()
            for (name, value) in response.headers {
                if let name = HTTPField.Name(name) { headers.append(HTTPField(name: name, value: value)) }
            }
            return TransportResponse(
                status: .init(code: Int(response.status.code), reasonPhrase: response.status.reasonPhrase),
                headers: headers, body: body(of: response, url: request.url),
                isDecoded: isDecoding && BodyCoding(headers)?.isDecodable ?? false)
        } catch let error as TransportError where request.sendCondition != nil {
            // Of the body, which was not to be sent.
            throw error
        } catch {
            throw await NetworkFailure(
                error, url: request.url, bodyLeft: bodyLeft?(), isDirect: isDirect, now: now
            ).error()
        }
    }

    /// The body, with the transport's errors.
    private func body(of response: HTTPClientResponse, url: String) -> AnyByteStream {
        AnyByteStream(response.body) { [now] chunks in
            do {
                return try await chunks.next()
            } catch {
                throw await NetworkFailure(error, url: url, bodyLeft: true, now: now).error()
            }
        }
    }
}
