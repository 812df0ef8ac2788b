import Synchronization

/// Passes every request of a client through the middleware, then the signer, to the transport.
package struct HTTPPipeline: Sendable {
    let transport: any HTTPTransport
    let middleware: [any ClientMiddleware]
    let metrics: ClientMetrics?
    let tracing: ClientTracing?

    /// The executor that an operation runs on: the transport's, which saves changes of thread. Nil, for Swift's own threads, if
    /// a middleware may block: it would block the transport's.
    func taskExecutor(for operation: ClientOperation) -> (any TaskExecutor)? {
        middleware.allSatisfy { !$0.mayBlock } ? transport.taskExecutor(for: operation) : nil
    }

    /// Sends one request once.
    ///
    /// - Parameter signing: Is applied to what the middleware has left; nil for a request that is sent as it is.
    /// - Throws: As the transport does; ``RequestNotSent`` if a middleware threw before anything was sent.
    func send(
        _ request: TransportRequest, for operation: ClientOperation, signing: RequestSigning? = nil
    ) async throws -> TransportResponse {
        guard let tracing else { return try await sendUntraced(request, for: operation, signing: signing) }
        return try await tracing.request(request, for: operation) { request in
            try await sendUntraced(request, for: operation, signing: signing)
        }
    }

    private func sendUntraced(
        _ request: TransportRequest, for operation: ClientOperation, signing: RequestSigning?
    ) async throws -> TransportResponse {
        guard !middleware.isEmpty || metrics != nil else {
            return try await transport.send(Self.outgoing(request, signing))
        }
        let measured = metrics?.request(operation)
        let wasSent = Atomic(false)
        do {
            let response = try await run(from: 0, request: request, operation: operation) { request in
                wasSent.store(true, ordering: .relaxed)
                return try await transport.send(Self.outgoing(request, signing))
            }
            measured?(response.status.code)
            return response
        } catch {
            measured?(nil)
            if wasSent.load(ordering: .relaxed) || Task.isCancelled { throw error }
            throw RequestNotSent(error: error)
        }
    }

    /// The request as the transport gets it.
    ///
    /// - Throws: ``TransportError`` if it is not to be sent any more, see ``TransportRequest/sendCondition``.
    @inline(never)  // TaskFrames.swift
    private static func outgoing(_ request: TransportRequest, _ signing: RequestSigning?) throws -> TransportRequest {
        if let isWanted = request.sendCondition, !isWanted() { throw TransportError.tooLateToSend }
        return signing.map { $0.signed(request) } ?? request
    }

    /// Sends one request of a transfer, where it does not matter whether it was sent before it failed.
    ///
    /// - Throws: ``TransportError``, also for another error of the transport, of a middleware or of the body; ``SpeedPixError``
    ///   of one of them; `CancellationError` if the calling task is cancelled.
    func transfer(_ request: TransportRequest, for operation: ClientOperation) async throws -> TransportResponse {
        do {
            var response = try await send(request, for: operation)
            response.body = AnyByteStream(response.body) { chunks in
                do { return try await chunks.next() } catch { throw Self.translated(error) }
            }
            return response
        } catch {
            throw Self.translated(error)
        }
    }

    /// An error of a transport or a middleware, which may be of any type, as one of those that callers of
    /// ``transfer(_:for:)`` know.
    private static func translated(_ error: any Error) -> any Error {
        switch error {
        case is SpeedPixError: error
        case let unsent as RequestNotSent where unsent.error is SpeedPixError: unsent.error
        case is CancellationError where Task.isCancelled: error
        default: transportError(error)
        }
    }

    /// An error of a transport or a middleware, which may be of any type, and what it means for another try.
    static func transportError(_ error: any Error) -> TransportError {
        switch error {
        case let error as TransportError: error
        case let unsent as RequestNotSent:
            TransportError(
                "a middleware refused: \(unsent.error)", mayHaveReachedService: false,
                remedy: "the client's own middleware has thrown it", isRetryable: false, cause: unsent.error)
        // Of one that keeps to no rules nothing is known of what it did.
        default: TransportError("the transport failed: \(error)", mayHaveReachedService: true, cause: error)
        }
    }

    private func run(
        from index: Int, request: TransportRequest, operation: ClientOperation, last: @escaping ClientMiddleware.Next
    ) async throws -> TransportResponse {
        guard index < middleware.count else { return try await last(request) }
        return try await middleware[index].intercept(request, operation: operation) { request in
            try await run(from: index + 1, request: request, operation: operation, last: last)
        }
    }

    /// A middleware's error, before anything was sent.
    struct RequestNotSent: Error {
        var error: any Error
    }
}
