import SpeedPix

/// Writes the wrapper around every answer, with all of its fields: some clients insist on each of them.
enum AnswerEnvelope {
    static func succeeded(_ data: JSONValue, requestID: String) throws -> [UInt8] {
        try json(status: Envelope.success, code: .null, message: .null, data: data, requestID: requestID).encoded()
    }

    static func failed(_ code: String, _ message: String, requestID: String) -> [UInt8] {
        let envelope = json(
            status: Envelope.failure, code: .string(code), message: .string(message), data: .null, requestID: requestID)
        // Texts and integers can always be written.
        return (try? envelope.encoded()) ?? []
    }

    private static func json(
        status: Int64, code: JSONValue, message: JSONValue, data: JSONValue, requestID: String
    ) -> JSONValue {
        [
            "status": .integer(status), "apiInvokeId": .string(requestID), "errCode": code, "errMessage": message,
            "subErrCode": nil, "subErrMessage": nil, "data": data,
        ]
    }
}
