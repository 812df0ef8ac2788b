/// Why no complete answer came back from the network.
public struct TransportError: Error, Sendable, CustomStringConvertible {
    /// What happened, for a person: "connection refused".
    public var message: String
    /// False only if it is certain that the request never left: no connection stood, or nothing of the body was sent.
    /// A create is repeated only when this is false.
    public var mayHaveReachedService: Bool
    /// What to do about it, if there is something to do.
    public var remedy: String?
    /// Whether the same request may fare better later. False for what stays so, such as a client that was shut down.
    public var isRetryable: Bool
    /// The HTTP library's own error.
    public var cause: (any Error)?

    /// For transports to throw. When in doubt, say that it may have reached the service.
    public init(
        _ message: String, mayHaveReachedService: Bool, remedy: String? = nil, isRetryable: Bool = true,
        cause: (any Error)? = nil
    ) {
        self.message = message
        self.mayHaveReachedService = mayHaveReachedService
        self.remedy = remedy
        self.isRetryable = isRetryable
        self.cause = cause
    }

    /// Of a request whose ``TransportRequest/sendCondition`` has said false.
    static var tooLateToSend: TransportError {
        TransportError("it could not be sent in time, and was not sent", mayHaveReachedService: false)
    }

    /// As logs and messages show it: the message alone.
    public var description: String { message }
}
