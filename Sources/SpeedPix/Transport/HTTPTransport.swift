public import HTTPTypes
public import NIOCore

/// Carries requests to the service. The default is ``AsyncHTTPTransport``; tests and special networks bring their own.
///
/// A transport neither signs nor retries. It returns as soon as the head of the answer is there and streams the body.
public protocol HTTPTransport: Sendable {
    /// Sends one request.
    ///
    /// - Throws: ``TransportError``, or `CancellationError` when the calling task is cancelled.
    func send(_ request: TransportRequest) async throws -> TransportResponse
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

    public var method: HTTPRequest.Method
    /// Absolute `http` or `https` URL.
    public var url: String
    public var headers: HTTPFields
    public var body: Body
    /// How long the head of the answer may take, and how long the body may stall after it.
    public var timeout: Duration
    /// Whether redirects are followed. Signed calls must not be: the signature is for one path.
    public var followsRedirects: Bool

    public init(
        method: HTTPRequest.Method,
        url: String,
        headers: HTTPFields = [:],
        body: Body = .none,
        timeout: Duration,
        followsRedirects: Bool = false
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.followsRedirects = followsRedirects
    }
}

/// The head of an answer and its body as it arrives.
public struct TransportResponse: Sendable {
    public var status: HTTPResponse.Status
    public var headers: HTTPFields
    public var body: AnyByteStream

    public init(status: HTTPResponse.Status, headers: HTTPFields, body: AnyByteStream) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// Bytes in chunks, of whatever sequence they come from. It can be iterated once.
public struct AnyByteStream: AsyncSequence, Sendable {
    public typealias Element = ByteBuffer

    private let make: @Sendable () -> AsyncIterator

    public init<Base: AsyncSequence & Sendable>(_ base: Base) where Base.Element == ByteBuffer {
        make = {
            var iterator = base.makeAsyncIterator()
            return AsyncIterator { try await iterator.next() }
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

    public func makeAsyncIterator() -> AsyncIterator {
        make()
    }

    public struct AsyncIterator: AsyncIteratorProtocol {
        private let advance: () async throws -> ByteBuffer?

        init(_ advance: @escaping () async throws -> ByteBuffer?) {
            self.advance = advance
        }

        public mutating func next() async throws -> ByteBuffer? {
            try await advance()
        }
    }
}
