import HTTPTypes
import SpeedPix

/// An answer of a ``StubTransport``, before anything goes wrong with it.
struct StubReply: Sendable {
    enum Content: Sendable {
        case json(JSONValue)
        case bytes([UInt8])
    }

    var status = 200
    var headers: HTTPFields = [:]
    var content = Content.bytes([])

    /// The good envelope around `data`.
    static func succeeded(_ data: JSONValue) -> StubReply {
        envelope(status: Envelope.success, code: nil, message: "", data: data)
    }

    /// The envelope of a refusal.
    static func refused(_ code: String, _ message: String) -> StubReply {
        envelope(status: Envelope.failure, code: .string(code), message: .string(message), data: nil)
    }

    private static func envelope(
        status: Int64, code: JSONValue, message: JSONValue, data: JSONValue
    ) -> StubReply {
        let envelope: [String: JSONValue] = [
            "status": .integer(status), "apiInvokeId": "stub", "errCode": code, "errMessage": message,
            "subErrCode": nil, "subErrMessage": nil, "data": data,
        ]
        return StubReply(
            headers: [.contentType: "application/json; charset=utf-8"], content: .json(.object(envelope)))
    }

    /// - Throws: `EncodingError` for an output with a number that JSON cannot say.
    func bytes() throws -> [UInt8] {
        switch content {
        case .json(let value): try value.encoded()
        case .bytes(let bytes): bytes
        }
    }

    func response() throws -> TransportResponse {
        TransportResponse(status: .init(code: status), headers: headers, body: AnyByteStream(try bytes()))
    }
}
