/// Stands between the client and the network: sees each request before it is signed, and each answer.
///
/// Add headers, record traces, count, refuse, or answer in the service's place. A middleware never meets the secret or
/// a signature: signing comes last, over the bytes that all of them left. Each try of a retried call passes through
/// all of them anew, the first one outermost.
///
/// ```swift
/// struct Trace: ClientMiddleware {
///     func intercept(
///         _ request: TransportRequest, operation: ClientOperation, next: ClientMiddleware.Next
///     ) async throws -> TransportResponse {
///         var request = request
///         request.headers[.traceparent] = newTraceparent()
///         return try await next(request)
///     }
/// }
/// ```
public protocol ClientMiddleware: Sendable {
    /// Passes the request on, and returns the answer of what comes after.
    typealias Next = @Sendable (TransportRequest) async throws -> TransportResponse

    /// Handles one try of one request.
    ///
    /// - Parameters:
    ///   - request: Without the headers of the signature.
    ///   - operation: What it is for.
    ///   - next: Sends it. Calling it twice sends it twice: for ``ClientOperation/create`` that pays twice.
    /// - Throws: Whatever ends the try. An error thrown without calling `next` is known to have had no effect.
    ///   When the calling task is cancelled `next` throws `CancellationError`, except for a ``ClientOperation/create``, whose
    ///   answer is still waited for.
    func intercept(
        _ request: TransportRequest, operation: ClientOperation, next: Next
    ) async throws -> TransportResponse

    /// Whether ``intercept(_:operation:next:)`` may block its thread or compute for more than a millisecond. True, unless the
    /// middleware says otherwise.
    ///
    /// A client with such a middleware works on Swift's own threads. Without one its calls and downloads run on the event
    /// loop of their connections, which costs less: see ``HTTPTransport/taskExecutor(for:)``.
    var mayBlock: Bool { get }
}

extension ClientMiddleware {
    /// True: nothing is known of it.
    public var mayBlock: Bool { true }
}
