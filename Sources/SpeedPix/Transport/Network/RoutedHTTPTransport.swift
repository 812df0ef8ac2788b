#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A transport that sends each request directly or through a proxy, by its host, and trusts the certificates of its settings.
///
/// A ``SpeedPixClient`` makes one by itself if its ``SpeedPixClient/Configuration/network`` says more than the default. Connections are
/// pooled, and closed when the last copy is gone and the last answer read.
public struct RoutedHTTPTransport: HTTPTransport {
    private let connections: HTTPConnections

    /// Opens no connection yet.
    public init(_ settings: NetworkSettings) {
        self.init(settings, now: { Date() })
    }

    /// - Parameter now: This machine's date, for errors of certificates.
    init(_ settings: NetworkSettings, now: @escaping @Sendable () -> Date) {
        connections = HTTPConnections(settings, now: now)
    }

    /// As ``AsyncHTTPTransport/taskExecutor(for:)``.
    public func taskExecutor(for operation: ClientOperation) -> (any TaskExecutor)? {
        connections.direct.taskExecutor(for: operation)
    }

    /// Sends over a pooled connection. Throws ``TransportError``, `CancellationError`, or a streamed body's own error.
    public func send(_ request: TransportRequest) async throws -> TransportResponse {
        var response = try await connections.send(request)
        // The body holds the connections that it comes over.
        response.body = AnyByteStream(response.body) { [connections] chunks in
            defer { withExtendedLifetime(connections) {} }
            return try await chunks.next()
        }
        return response
    }
}
