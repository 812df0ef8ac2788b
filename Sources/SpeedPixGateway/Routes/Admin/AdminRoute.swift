import HTTPTypes
import Hummingbird
import SpeedPix

/// One of the gateway's own routes, below ``AdminRoutes/prefix``. The service has none of them.
protocol AdminRoute: Sendable {
    var method: HTTPRequest.Method { get }
    /// What follows the prefix, such as `status` or `workflows/:id`, whose parameters are in the context.
    var path: String { get }
    /// Whether a session of the console may use it, and not the admin token alone.
    var takesSessions: Bool { get }

    /// - Throws: ``Refusal``, which becomes a failed envelope.
    func respond(to request: Request, _ context: GatewayContext) async throws -> Response
}

extension AdminRoute {
    /// True: what commands may do, the page may do, too.
    var takesSessions: Bool { true }
}

/// A route that answers with an envelope.
protocol AdminCall: AdminRoute {
    /// The envelope's `data`.
    ///
    /// - Throws: ``Refusal``, which becomes a failed envelope.
    func answer(_ request: Request, _ context: GatewayContext) async throws -> JSONValue
}

extension AdminCall {
    func respond(to request: Request, _ context: GatewayContext) async throws -> Response {
        try .enveloped(try await answer(request, context), requestID: context.requestID)
    }
}

extension Response {
    /// An answer that nobody keeps.
    ///
    /// - Parameter data: The envelope's `data`.
    static func enveloped(_ data: JSONValue, requestID: String) throws -> Response {
        let envelope = try AnswerEnvelope.succeeded(data, requestID: requestID)
        return Response(
            status: .ok, headers: [.contentType: RequestSigner.mediaType, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: envelope)))
    }
}
