import HTTPTypes
import NIOCore
import SpeedPix

/// What goes wrong with one call to a ``StubTransport``.
public struct StubFault: Sendable, Hashable {
    private enum Kind: Sendable, Hashable {
        case refusedConnection
        case resetBefore
        case resetAfter
        case status(Int, reason: String?, retryAfter: Duration?)
        case refusal(code: String, message: String)
        case garbage([UInt8])
        case timeout
        case silence
        case cutBody(after: Int)
    }

    private let kind: Kind

    /// No connection is made: nothing was sent, so that the client may repeat even a create.
    public static let refusedConnection = StubFault(kind: .refusedConnection)

    /// The connection is reset before the call has any effect. The client cannot know that: a create ends with
    /// `unknown_outcome`.
    public static let resetBefore = StubFault(kind: .resetBefore)

    /// The call has its effect, then the connection is reset without an answer. To the client it is the same as
    /// ``resetBefore``; ``StubTransport/predictions`` has the prediction.
    public static let resetAfter = StubFault(kind: .resetAfter)

    /// Answered with this HTTP status and nothing else; the call has no effect.
    ///
    /// - Parameters:
    ///   - code: 503, for example. A 404 says that the service has no such call: `unsupported` for the calls that are not
    ///     every service's.
    ///   - reason: The API gateway's words, such as `Invalid Signature`; nil for none.
    ///   - retryAfter: What the service asks to wait, rounded up to seconds.
    public static func status(_ code: Int, reason: String? = nil, retryAfter: Duration? = nil) -> StubFault {
        StubFault(kind: .status(code, reason: reason, retryAfter: retryAfter))
    }

    /// Refused by flow control, with HTTP 403 and the API gateway's words for it. The client tries again.
    ///
    /// - Parameter retryAfter: What the service asks to wait, rounded up to seconds.
    public static func throttle(retryAfter: Duration? = nil) -> StubFault {
        .status(403, reason: "Throttled by USER Flow Control", retryAfter: retryAfter)
    }

    /// The service looks at the call and says no: `api_error` with this code and message.
    public static func refusal(_ code: String, _ message: String) -> StubFault {
        StubFault(kind: .refusal(code: code, message: message))
    }

    /// Answered with HTTP 200 and bytes that are not an answer of the protocol; a download gets them for its file.
    public static func garbage(_ bytes: some Collection<UInt8>) -> StubFault {
        StubFault(kind: .garbage(Array(bytes)))
    }

    /// Answered with HTTP 200 and a web page, as by a proxy's login.
    public static let garbage = garbage("<html>Please log in</html>".utf8)

    /// No answer comes in time. The call fails with that at once, and has no effect.
    public static let timeout = StubFault(kind: .timeout)

    /// Nothing comes until the task is cancelled, or the client's own time limit has passed on its clock: on a
    /// ``ManualClock`` the test moves it, on an ``ImmediateClock`` it never does. The call has no effect.
    public static let silence = StubFault(kind: .silence)

    /// The call has its effect, and the answer breaks off after so many bytes. A download is taken up again from there.
    public static func cutBody(after count: Int) -> StubFault { StubFault(kind: .cutBody(after: max(count, 0))) }

    /// Whether the service does what it was asked for.
    var hasEffect: Bool {
        switch kind {
        case .resetAfter, .cutBody: true
        default: false
        }
    }

    /// The answer as it arrives.
    ///
    /// - Parameter reply: What the answer would be; of no meaning for a fault without effect.
    /// - Throws: `TransportError`; `CancellationError` for ``silence``.
    func response(to reply: StubReply) async throws -> TransportResponse {
        switch kind {
        case .refusedConnection: throw TransportError("connection refused", mayHaveReachedService: false)
        case .resetBefore, .resetAfter: throw TransportError("connection reset by peer", mayHaveReachedService: true)
        case .timeout: throw TransportError("no answer came in time", mayHaveReachedService: true)
        case .silence:
            let (never, _) = AsyncStream<Void>.makeStream()
            for await _ in never {}
            throw CancellationError()
        case .status(let code, let reason, let retryAfter):
            var headers: HTTPFields = [:]
            if let reason { headers[.caErrorMessage] = reason }
            if let retryAfter { headers[.retryAfter] = String(Int((retryAfter / .seconds(1)).rounded(.up))) }
            return try StubReply(status: code, headers: headers).response()
        case .refusal(let code, let message):
            return try StubReply.refused(code, message).response()
        case .garbage(let bytes):
            return try StubReply(content: .bytes(bytes)).response()
        case .cutBody(let count):
            let (chunks, continuation) = AsyncThrowingStream<ByteBuffer, any Error>.makeStream()
            continuation.yield(ByteBuffer(bytes: try reply.bytes().prefix(count)))
            continuation.finish(
                throwing: TransportError("the connection was closed within the body", mayHaveReachedService: true))
            var response = try reply.response()
            response.body = AnyByteStream(chunks)
            return response
        }
    }
}
