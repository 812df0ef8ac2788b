public import HTTPTypes
public import SpeedPix

/// One request as a ``StubTransport`` got it.
public struct StubRequest: Sendable {
    /// What it is for; nil for one that the service does not have.
    public let operation: ClientOperation?
    /// `POST` for calls, `PUT` for uploads, `GET` for downloads.
    public let method: HTTPRequest.Method
    /// With scheme and host.
    public let url: String
    /// Signature and all.
    public let headers: HTTPFields
    /// All bytes of the body.
    public let body: [UInt8]

    /// The body as JSON; null if it is none.
    public var json: JSONValue { (try? JSONValue(parsing: body)) ?? .null }

    /// Reads the request's body.
    init(_ request: TransportRequest) async throws {
        method = request.method
        url = request.url
        headers = request.headers
        var bytes: [UInt8] = []
        switch request.body {
        case .none: break
        case .bytes(let whole): bytes = whole
        case .stream(_, let chunks):
            for try await chunk in chunks { bytes.append(contentsOf: chunk.readableBytesView) }
        }
        body = bytes
        operation =
            switch request.method {
            case .post: Route.allCases.first { request.url.hasSuffix($0.rawValue) }?.operation
            case .put: .upload
            case .get: .download
            default: nil
            }
    }
}
