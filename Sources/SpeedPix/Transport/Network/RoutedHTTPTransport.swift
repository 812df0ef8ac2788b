import HTTPTypes
import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A transport that sends each request directly or through a proxy, by where it goes, and trusts whom it is told to.
///
/// A ``SpeedPixClient`` makes one by itself if its ``Configuration/network`` says more than the default. Connections are
/// pooled, and closed when the last copy is gone and the last answer read.
public struct RoutedHTTPTransport: HTTPTransport {
    /// As AsyncHTTPClient's own limit is set for downloads without a proxy.
    private static let mostRedirects = 5

    private let routes: HTTPRoutes

    /// Opens no connection yet.
    public init(_ settings: NetworkSettings) {
        routes = HTTPRoutes(settings)
    }

    /// As ``AsyncHTTPTransport/taskExecutor(for:)``.
    public func taskExecutor(for operation: ClientOperation) -> (any TaskExecutor)? {
        routes.direct.taskExecutor(for: operation)
    }

    /// Sends over a pooled connection. A redirect may lead to a host that is reached in another way, so each is decided on
    /// anew. Throws ``TransportError``, `CancellationError`, or a streamed body's own error.
    public func send(_ request: TransportRequest) async throws -> TransportResponse {
        var request = request
        let followsRedirects = request.followsRedirects
        request.followsRedirects = false
        var visited: Set<String> = [request.url]
        while true {
            var response = try await routes.send(request)
            guard followsRedirects, let next = Self.target(of: response, to: request) else {
                response.body = AnyByteStream(HeldBody(base: response.body, routes: routes))
                return response
            }
            guard visited.count <= Self.mostRedirects, visited.insert(next).inserted else {
                throw TransportError("too many redirects, the last one to \(next)", mayHaveReachedService: true)
            }
            request = Self.redirected(request, to: next)
        }
    }

    /// Where an answer sends the request; nil if it does not, or if the request has a body, which cannot be sent twice.
    private static func target(of response: TransportResponse, to request: TransportRequest) -> String? {
        guard [301, 302, 303, 307, 308].contains(response.status.code), case .none = request.body,
            let location = response.headers[.location],
            let url = URL(string: location, relativeTo: URL(string: request.url))
        else { return nil }
        return url.absoluteURL.absoluteString
    }

    static func redirected(_ request: TransportRequest, to url: String) -> TransportRequest {
        var redirected = request
        redirected.url = url
        let (from, to) = (RequestTarget(request.url), RequestTarget(url))
        if from?.host != to?.host || from?.port != to?.port || from?.scheme != to?.scheme {
            // What was meant for one host is not for another one.
            redirected.headers[.authorization] = nil
            redirected.headers[.cookie] = nil
        }
        return redirected
    }
}

/// A body that holds the connections it comes over.
private struct HeldBody: AsyncSequence, Sendable {
    typealias Element = ByteBuffer
    let base: AnyByteStream
    let routes: HTTPRoutes

    struct AsyncIterator: AsyncIteratorProtocol {
        var base: AnyByteStream.AsyncIterator
        let routes: HTTPRoutes

        mutating func next() async throws -> ByteBuffer? { try await base.next() }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(base: base.makeAsyncIterator(), routes: routes) }
}
