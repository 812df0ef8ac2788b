import HTTPTypes
import Hummingbird
import SpeedPix

/// A call that is answered with an error, and how the answer looks.
struct Refusal: Error, Sendable, Equatable {
    var status: HTTPResponse.Status
    /// `errCode` of the envelope.
    var code: String
    /// `errMessage` of the envelope: what is wrong and what would be right.
    var message: String
    /// The words of `X-Ca-Error-Message`, when the API gateway in front of the service would have refused.
    var apiGatewayMessage: String?
    var headers: HTTPFields = [:]
    /// `data` of the envelope: what a program can do more with than with the message. The service has none in a refusal.
    var details: JSONValue = .null

    init(_ code: String, _ message: String, status: HTTPResponse.Status = .ok) {
        self.status = status
        self.code = code
        self.message = message
    }

    /// A refusal before the service itself sees the call: HTTP 400 and a header that says why.
    static func byAPIGateway(_ message: String, status: HTTPResponse.Status = .badRequest) -> Refusal {
        var refusal = Refusal("GatewayRefused", message, status: status)
        refusal.apiGatewayMessage = message
        return refusal
    }

    static func invalidParameter(_ message: String) -> Refusal {
        Refusal("InvalidParameter", message)
    }

    static func accessDenied(_ message: String) -> Refusal {
        Refusal("AccessDenied", message, status: .forbidden)
    }

    /// Of a request whose URL should have been signed here.
    ///
    /// - Parameter kind: Of URL, such as `file`.
    static func badURL(_ failure: URLSigner.Failure, kind: String) -> Refusal {
        switch failure {
        case .malformed: accessDenied("the URL is not a signed \(kind) URL of this gateway")
        case .mismatch: accessDenied("the URL's signature does not match")
        case .expired: accessDenied("the URL has expired")
        }
    }

    /// For a request of the gateway's own routes that shows no right to make it.
    static func unauthorized(_ message: String) -> Refusal {
        var refusal = Refusal("Unauthorized", message, status: .unauthorized)
        refusal.headers[.wwwAuthenticate] = "Bearer"
        return refusal
    }

    /// As the service's flow control answers who asks for too much.
    ///
    /// - Parameter seconds: After which it may be tried again, if that is known.
    static func throttled(_ message: String, retryAfter seconds: Int? = nil) -> Refusal {
        var refusal = Refusal("Throttled", "Throttled by APP Flow Control: \(message)", status: .tooManyRequests)
        refusal.headers[.retryAfter] = seconds.map { String($0) }
        return refusal
    }

    static func tooLarge(_ message: String) -> Refusal {
        Refusal("TooLarge", message, status: .contentTooLarge)
    }

    func response(requestID: String) -> Response {
        var headers = headers
        headers[.contentType] = RequestSigner.mediaType
        if let apiGatewayMessage { headers[.caErrorMessage] = apiGatewayMessage }
        // The gateway in front of the service answers with headers alone.
        let body =
            apiGatewayMessage == nil ? AnswerEnvelope.failed(code, message, details: details, requestID: requestID) : []
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }
}
