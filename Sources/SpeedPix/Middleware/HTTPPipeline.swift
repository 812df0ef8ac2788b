import Synchronization

/// Every request of a client, on its way through the middleware to the signer and the transport.
package struct HTTPPipeline: Sendable {
    let transport: any HTTPTransport
    let middleware: [any ClientMiddleware]
    let metrics: ClientMetrics?

    /// Where an operation is worked on. Middleware is somebody else's, and may block.
    func taskExecutor(for operation: ClientOperation) -> (any TaskExecutor)? {
        middleware.isEmpty ? transport.taskExecutor(for: operation) : nil
    }

    /// Sends one request once.
    ///
    /// - Parameter finish: The last hand that is laid on it, after all middleware: it signs.
    /// - Throws: As the transport does; ``RequestNotSent`` if a middleware threw before anything was sent.
    func send(
        _ request: TransportRequest, for operation: ClientOperation,
        finish: @escaping @Sendable (TransportRequest) -> TransportRequest = { $0 }
    ) async throws -> TransportResponse {
        guard !middleware.isEmpty || metrics != nil else { return try await transport.send(finish(request)) }
        let measured = metrics?.request(operation)
        let wasSent = Atomic(false)
        do {
            let response = try await run(from: 0, request: request, operation: operation) { request in
                wasSent.store(true, ordering: .relaxed)
                return try await transport.send(finish(request))
            }
            measured?(response.status.code)
            return response
        } catch {
            measured?(nil)
            if wasSent.load(ordering: .relaxed) || Task.isCancelled { throw error }
            throw RequestNotSent(error: error)
        }
    }

    /// Sends one request of a transfer, where what was not sent needs no telling apart.
    ///
    /// - Throws: As the transport and the middleware do.
    func transfer(_ request: TransportRequest, for operation: ClientOperation) async throws -> TransportResponse {
        do {
            return try await send(request, for: operation)
        } catch let unsent as RequestNotSent {
            throw unsent.error
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
