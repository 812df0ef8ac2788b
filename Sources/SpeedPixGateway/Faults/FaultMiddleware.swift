import HTTPTypes
import Hummingbird
import SpeedPix

/// Makes calls go wrong, as the rules of the configuration say.
struct FaultMiddleware: RouterMiddleware {
    private let configuration: GatewayConfiguration
    private let selector: FaultSelector

    init(_ configuration: GatewayConfiguration) {
        self.configuration = configuration
        selector = FaultSelector(configuration.faults)
    }

    func handle(
        _ request: Request, context: GatewayContext,
        next: (Request, GatewayContext) async throws -> Response
    ) async throws -> Response {
        guard !isOfConsole(request), let target = ClientOperation(request.method, path: request.uri.path) else {
            return try await next(request, context)
        }
        let strikes = selector.strikes(on: target)
        guard !strikes.isEmpty else { return try await next(request, context) }
        var context = context
        var delay = Duration.zero
        var deciding: Fault?
        for strike in strikes {
            configuration.onFault(strike)
            switch strike.fault {
            case .delay(let duration): delay += duration
            case .skewedClock(let duration): context.clockSkew += duration
            case .expiredURL(let age):
                context.urlLifetime = .zero - age
                deciding = strike.fault
            default: deciding = strike.fault
            }
        }
        let answer = try await answer(request, context: context, fault: deciding, next: next)
        if delay > .zero { try await configuration.clock.sleep(for: delay) }
        guard var response = answer else { throw ConnectionEnd.reset }
        response.headers[.date] = SigningDate.httpDate(context.now(configuration))
        return request.method == .head ? response.createHeadResponse() : response
    }

    /// Whether the console's page makes a request: what it shows must neither break nor use up strikes that are meant for a
    /// client. Pictures and uploads of both have the same routes; only a browser says where its page stands.
    private func isOfConsole(_ request: Request) -> Bool {
        configuration.hasConsole && request.headers[.secFetchSite] == "same-origin"
    }

    /// - Returns: Nil if there is to be none.
    private func answer(
        _ request: Request, context: GatewayContext, fault: Fault?,
        next: (Request, GatewayContext) async throws -> Response
    ) async throws -> Response? {
        switch fault {
        case .status(let code, let reason, let body, let retryAfter, let isProcessed):
            if isProcessed { _ = try await next(request, context) }
            return Self.response(code, reason: reason, body: body, retryAfter: retryAfter)
        case .throttle(let who, let status, let retryAfter):
            let reason = status == 403 ? "Throttled by \(who) Flow Control" : nil
            return Self.response(status, reason: reason, body: nil, retryAfter: retryAfter)
        case .duplicateNonce:
            return Self.response(400, reason: "Nonce Used", body: nil, retryAfter: nil)
        case .envelope(let code, let message, let subCode, let subMessage, let status, let isProcessed):
            if isProcessed { _ = try await next(request, context) }
            return try envelope(code: code, message: message, subCode: subCode, subMessage: subMessage, status: status)
        case .garbage(let bytes, let isProcessed):
            if isProcessed { _ = try await next(request, context) }
            return Response(
                status: .ok, headers: [.contentType: "text/html"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
        case .resetBefore:
            return nil
        case .resetAfter:
            _ = try await next(request, context)
            return nil
        case .cutBody(let cut):
            return Self.cut(try await next(request, context), cut)
        case .slowBody(let bytesPerWrite, let pause):
            var response = try await next(request, context)
            let body = response.body
            response.body = ResponseBody(contentLength: body.contentLength) { [clock = configuration.clock] writer in
                try await body.write(SlowWriter(writer, bytesPerWrite: bytesPerWrite, pause: pause, clock: clock))
            }
            return response
        case .expiredURL, .delay, .skewedClock, nil:
            return try await next(request, context)
        }
    }

    private static func response(_ code: Int, reason: String?, body: String?, retryAfter: String?) -> Response {
        var headers = HTTPFields()
        headers[.caErrorMessage] = reason
        headers[.retryAfter] = retryAfter
        if body != nil { headers[.contentType] = "text/plain; charset=utf-8" }
        return Response(
            status: .init(integerLiteral: code), headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(string: body ?? "")))
    }

    private func envelope(
        code: String, message: String, subCode: String?, subMessage: String?, status: Int
    ) throws -> Response {
        let id = configuration.uniqueName()
        let bytes = try AnswerEnvelope.failed(code, message, subCode: subCode, subMessage: subMessage, requestID: id)
        return Response(
            status: .init(integerLiteral: status), headers: [.contentType: RequestSigner.mediaType, .caRequestID: id],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// The answer with a length that never comes.
    private static func cut(_ response: Response, _ cut: Fault.Cut) -> Response {
        // These have no body by definition, whatever length they announce.
        guard response.status.code != 204, response.status.code != 304 else { return response }
        var response = response
        let body = response.body
        let length = body.contentLength ?? 0
        let sent =
            switch cut {
            case .bytes(let count): count
            case .fraction(let part): Int(Double(length) * part)
            }
        response.body = ResponseBody(contentLength: max(length, sent + 1)) { writer in
            try await body.write(TruncatingWriter(writer, after: sent))
        }
        return response
    }
}
