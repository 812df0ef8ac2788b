public import Logging
public import Tracing

extension SpeedPixClient {
    /// A client for one call, or one request of a server: it differs in what is given, and shares all else with this one.
    ///
    /// Shared are connections, the poll rate and what was learned of workflows and of the service's clock, the journal, and
    /// the uploads that were made already.
    ///
    /// ```swift
    /// let client = shared.with(logger: request.logger, timeout: .seconds(10))
    /// ```
    ///
    /// - Parameters:
    ///   - logger: Instead of this client's.
    ///   - middleware: Behind this client's: nearer to the network.
    ///   - tracer: Instead of this client's.
    ///   - timeout: Of one call, instead of ``Configuration/timeout``.
    public func with(
        logger: Logger? = nil, middleware: [any ClientMiddleware] = [], tracer: (any Tracer)? = nil,
        timeout: Duration? = nil
    ) -> SpeedPixClient {
        SpeedPixClient(
            sharing: self,
            caller: predictions.caller.with(logger: logger, middleware: middleware, tracer: tracer, timeout: timeout))
    }

    /// A client for one of many runs at the same service: its creates are written into a journal of their own. Shared is the
    /// rest, as with ``with(logger:middleware:tracer:timeout:)``.
    ///
    /// - Parameter onRetry: Receives each of its calls that is made once more.
    package func with(
        journal: any PredictionJournal, onRetry: (@Sendable (ClientOperation) -> Void)?
    ) -> SpeedPixClient {
        SpeedPixClient(sharing: self, caller: predictions.caller.with(journal: journal, onRetry: onRetry))
    }
}
