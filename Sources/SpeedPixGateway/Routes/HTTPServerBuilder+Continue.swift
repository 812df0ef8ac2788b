import HTTPTypes
import HummingbirdCore
import NIOCore

extension HTTPServerBuilder {
    /// HTTP/1.1 that tells clients to go on when they ask before a large body (RFC 9110, section 10.1.1).
    ///
    /// Without the answer curl waits a second before each upload.
    ///
    /// - Parameter limit: A longer body is not asked for: the refusal is on its way.
    static func continuing(upTo limit: Int64, idleTimeout: TimeAmount) -> HTTPServerBuilder {
        HTTPServerBuilder { responder in
            HTTP1Channel(
                responder: { request, writer, channel in
                    let length = request.headers[.contentLength].flatMap { Int64($0) } ?? 0
                    if request.headers[.expect]?.lowercased() == "100-continue", length <= limit {
                        try await writer.writeInformationalHead(HTTPResponse(status: .continue))
                    }
                    try await responder(request, writer, channel)
                },
                configuration: .init(idleTimeout: idleTimeout))
        }
    }
}
