package import HTTPTypes
import NIOCore
package import SpeedPix

/// What a ``ScriptedTransport`` does with one request.
package struct ScriptedReply: Sendable, CustomStringConvertible {
    /// Names the reply where it is a test's argument.
    package let description: String
    package let respond: @Sendable (RecordedRequest) async throws -> TransportResponse

    package init(
        _ description: String = "scripted",
        _ respond: @escaping @Sendable (RecordedRequest) async throws -> TransportResponse
    ) {
        self.description = description
        self.respond = respond
    }

    /// A reply that depends on the request.
    package static func choosing(
        _ choose: @escaping @Sendable (RecordedRequest) throws -> ScriptedReply
    ) -> ScriptedReply {
        ScriptedReply("chosen") { try await choose($0).respond($0) }
    }

    /// An answer with these bytes for a body.
    package static func text(_ text: String, status: Int = 200, headers: HTTPFields = [:]) -> ScriptedReply {
        body([Array(text.utf8)], status: status, headers: headers)
    }

    /// An answer whose body comes in chunks, and then breaks if `failure` is given.
    package static func body(
        _ chunks: [[UInt8]], status: Int = 200, headers: HTTPFields = [:], then failure: TransportError? = nil
    ) -> ScriptedReply {
        let text = chunks.joined().prefix(40)
        let name = "HTTP \(status) \"\(String(decoding: text, as: UTF8.self))\""
        return streamed(name + (failure.map { ", then \($0)" } ?? ""), status: status, headers: headers) {
            continuation in
            for chunk in chunks { continuation.yield(ByteBuffer(bytes: chunk)) }
            continuation.finish(throwing: failure)
        }
    }

    /// A good answer whose body begins with these bytes and never goes on. When the task is cancelled it just ends, as
    /// `AsyncStream` does: the harder case for its reader.
    package static func stalling(after bytes: [UInt8]) -> ScriptedReply {
        streamed("stalling", status: 200, headers: [:]) { $0.yield(ByteBuffer(bytes: bytes)) }
    }

    private static func streamed(
        _ name: String, status: Int, headers: HTTPFields,
        fill: @escaping @Sendable (AsyncThrowingStream<ByteBuffer, any Error>.Continuation) -> Void
    ) -> ScriptedReply {
        ScriptedReply(name) { _ in
            let (stream, continuation) = AsyncThrowingStream<ByteBuffer, any Error>.makeStream()
            fill(continuation)
            return TransportResponse(status: .init(code: status), headers: headers, body: AnyByteStream(stream))
        }
    }

    /// The good envelope around `data`.
    package static func ok(_ data: JSONValue) -> ScriptedReply {
        envelope(["status": 10, "apiInvokeId": "invoke-1", "errCode": nil, "errMessage": "", "data": data])
    }

    /// The envelope of a refusal.
    package static func refusal(_ code: String, _ message: String, status: Int = 200) -> ScriptedReply {
        envelope(
            [
                "status": 20, "apiInvokeId": "invoke-2", "errCode": .string(code), "errMessage": .string(message),
                "data": nil,
            ], status: status)
    }

    private static func envelope(_ json: JSONValue, status: Int = 200) -> ScriptedReply {
        ScriptedReply("HTTP \(status) \(json)") { _ in
            TransportResponse(status: .init(code: status), headers: [:], body: AnyByteStream(try json.encoded()))
        }
    }

    /// A refusal by the API gateway, which says why in a header.
    package static func gateway(
        _ reason: String, status: Int = 400, headers: HTTPFields = [:]
    ) -> ScriptedReply {
        var headers = headers
        headers[.caErrorMessage] = reason
        headers[.caRequestID] = "request-1"
        let answer = text("", status: status, headers: headers)
        return ScriptedReply("HTTP \(status) \(reason)", answer.respond)
    }

    /// No answer at all.
    package static func failure(_ message: String, mayHaveReachedService: Bool) -> ScriptedReply {
        ScriptedReply(message) { _ in throw TransportError(message, mayHaveReachedService: mayHaveReachedService) }
    }

    package static let refusedConnection = failure("connection refused", mayHaveReachedService: false)
    package static let reset = failure("connection reset by peer", mayHaveReachedService: true)

    /// Nothing comes, until the task is cancelled.
    package static let silence = ScriptedReply("silence") { _ in
        let (never, _) = AsyncStream<Void>.makeStream()
        for await _ in never {}
        throw CancellationError()
    }
}
