import HTTPTypes
import Hummingbird
import SpeedPix

/// Receives a call's body, checks its signature, and wraps its answer.
struct SignedCallHandler: Sendable {
    let verifier: CallVerifier
    let counter: CallCounter
    let configuration: GatewayConfiguration

    func respond(to request: Request, _ context: GatewayContext, by call: any ServiceCall) async throws -> Response {
        let bytes = try await Self.collect(request, limit: configuration.maximumBodyBytes)
        let now = context.now(configuration)
        let (caller, nonce) = try verifier.verify(request.head, body: bytes, now: now)
        // Only calls that are signed count: nobody can use up another one's.
        if let most = caller.limits.callsPerMinute,
            let seconds = counter.refusal(of: caller.appKey, most: most, now: now)
        {
            throw Refusal.throttled("more than \(most) calls in a minute", retryAfter: seconds)
        }
        let signed = SignedCall(
            body: try CallBody(bytes), caller: caller, nonce: nonce, bodySize: bytes.count,
            origin: try Self.origin(of: request, configuration), now: now,
            urlLifetime: context.urlLifetime ?? configuration.urlLifetime)
        let answer = try AnswerEnvelope.succeeded(try await call.answer(signed), requestID: context.requestID)
        return Response(
            status: .ok, headers: [.contentType: RequestSigner.mediaType],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer)))
    }

    /// The body of a request.
    ///
    /// - Throws: ``Refusal`` for one that is larger than `limit` bytes, or shorter than was announced.
    static func collect(_ request: Request, limit: Int) async throws -> [UInt8] {
        let announced = request.headers[.contentLength].flatMap { Int($0) }
        let tooLarge = Refusal.tooLarge("the body is larger than \(limit) bytes")
        if let announced, announced > limit { throw tooLarge }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(announced ?? 0)
        for try await chunk in request.body {
            guard bytes.count + chunk.readableBytes <= limit else { throw tooLarge }
            bytes.append(contentsOf: chunk.readableBytesView)
        }
        if let announced, announced != bytes.count {
            throw Refusal("IncompleteBody", "\(bytes.count) of \(announced) bytes arrived", status: .badRequest)
        }
        return bytes
    }

    /// Scheme, host and port as a client has addressed the gateway.
    ///
    /// - Throws: ``Refusal``.
    static func origin(of request: Request, _ configuration: GatewayConfiguration) throws(Refusal) -> String {
        // The Host header comes from outside and goes into URLs: it may be nothing but a host and a port.
        if let url = configuration.publicURL { return url }
        let authority = request.head.authority ?? ""
        let isPlain = authority.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "-._:[]".utf8.contains(byte)
        }
        guard isPlain, !authority.isEmpty else {
            throw Refusal("InvalidHost", "the Host header is not a host and port", status: .badRequest)
        }
        // A server in front of the gateway that ends TLS sets this header. Without regard to it, URLs in answers would
        // bypass that server.
        let isBehindTLS = request.headers[.forwardedProtocol]?.lowercased() == "https"
        return (isBehindTLS || configuration.tls != nil ? "https://" : "http://") + authority
    }
}

extension HTTPField.Name {
    /// How a client came to the server in front. A false value only makes the URLs in that client's answer useless.
    fileprivate static let forwardedProtocol = HTTPField.Name("X-Forwarded-Proto") ?? .via
}
