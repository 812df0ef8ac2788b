public import HTTPTypes
public import NIOCore

/// Carries requests to the service. The default is ``AsyncHTTPTransport``; tests and special networks bring their own.
///
/// A transport neither signs nor retries, and follows no redirects. It returns as soon as the head of the answer is there and streams the body.
public protocol HTTPTransport: Sendable {
    /// Sends one request.
    ///
    /// - Throws: ``TransportError``, or `CancellationError` when the calling task is cancelled.
    func send(_ request: TransportRequest) async throws -> TransportResponse

    /// Where the client's own work on an operation is best done: signing a call, reading its answer, waiting for the next,
    /// receiving a file. Nil, the default, for Swift's own threads.
    ///
    /// Callbacks never run there, nor does middleware that may take its time (``ClientMiddleware/mayBlock``).
    func taskExecutor(for operation: ClientOperation) -> (any TaskExecutor)?
}

extension HTTPTransport {
    /// Swift's own threads.
    public func taskExecutor(for operation: ClientOperation) -> (any TaskExecutor)? { nil }
}

/// One request, complete with every header except those that HTTP itself adds (`Host`, `Content-Length`).
public struct TransportRequest: Sendable {
    /// What is sent after the head.
    public enum Body: Sendable {
        case none
        case bytes([UInt8])
        /// `length` bytes in chunks. A stream of another length fails the request.
        case stream(length: Int64, AnyByteStream)
    }

    /// `POST` for calls, `PUT` for uploads, `GET` for downloads.
    public var method: HTTPRequest.Method
    /// Absolute `http` or `https` URL.
    public var url: String
    /// Signed with the body where it is a call: send them unchanged.
    public var headers: HTTPFields
    /// The bytes as they are signed or uploaded: send them unchanged.
    public var body: Body
    /// How long the head of the answer may take, and how long the body may stall after it.
    public var timeout: Duration
    /// Which addresses the connection may lead to; nil, the default, for any. A transport that looks names up checks it
    /// before it sends, and throws ``SpeedPixError`` with code `not_allowed`.
    public var allowedAddresses: AllowedAddresses?
    /// Asked right before the first byte of ``body`` is sent, when a connection stands: if it says false, nothing of it is sent, and
    /// ``AsyncHTTPTransport`` throws ``TransportError`` with ``TransportError/mayHaveReachedService`` false. Other transports are
    /// asked before they get the request. Nil for a request that may be sent at any time.
    package var sendCondition: (@Sendable () -> Bool)?

    /// A request that may go to any address.
    public init(
        method: HTTPRequest.Method,
        url: String,
        headers: HTTPFields = [:],
        body: Body = .none,
        timeout: Duration
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
    }
}

/// The head of an answer and its body as it arrives.
public struct TransportResponse: Sendable {
    /// As it came; a transport does not throw for 4xx or 5xx.
    public var status: HTTPResponse.Status
    /// As they came; names are compared without case.
    public var headers: HTTPFields
    /// What follows the head; it may still fail with ``TransportError`` while it is read.
    public var body: AnyByteStream
    /// Whether the transport has undone the body's `Content-Encoding`. `Content-Length` is then that of what came over the
    /// line, and not of the body.
    public var isDecoded: Bool

    /// An answer for a transport to return, as soon as the head is there.
    public init(
        status: HTTPResponse.Status, headers: HTTPFields, body: AnyByteStream, isDecoded: Bool = false
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.isDecoded = isDecoded
    }
}

/// Bytes in chunks, of whatever sequence they come from. It can be iterated once.
public struct AnyByteStream: AsyncSequence, Sendable {
    /// One chunk, of whatever size it came in.
    public typealias Element = ByteBuffer

    private let make: @Sendable () -> AsyncIterator

    /// A body that is still arriving or being read; errors of `base` pass through.
    public init<Base: AsyncSequence & Sendable>(_ base: Base) where Base.Element == ByteBuffer {
        make = {
            var iterator = base.makeAsyncIterator()
            return AsyncIterator { try await iterator.next() }
        }
    }

    /// A body whose chunks pass through `next`, which takes each from the iterator of `base` that it is given.
    init<Base: AsyncSequence & Sendable>(
        _ base: Base, next: @escaping @Sendable (inout Base.AsyncIterator) async throws -> ByteBuffer?
    ) where Base.Element == ByteBuffer {
        make = {
            var iterator = base.makeAsyncIterator()
            return AsyncIterator { try await next(&iterator) }
        }
    }

    /// A body that is already in memory.
    public init(_ bytes: some Collection<UInt8>) {
        let buffer = ByteBuffer(bytes: bytes)
        make = {
            var rest: ByteBuffer? = buffer
            return AsyncIterator {
                defer { rest = nil }
                return rest
            }
        }
    }

    /// Starts reading; to be called once, as most sources cannot start again.
    public func makeAsyncIterator() -> AsyncIterator {
        make()
    }

    /// Reads the chunks in order.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private let advance: () async throws -> ByteBuffer?

        init(_ advance: @escaping () async throws -> ByteBuffer?) {
            self.advance = advance
        }

        /// The next chunk; nil at the end.
        ///
        /// - Throws: What the source throws, when the task is cancelled, too.
        public mutating func next() async throws -> ByteBuffer? {
            try await advance()
        }
    }
}
