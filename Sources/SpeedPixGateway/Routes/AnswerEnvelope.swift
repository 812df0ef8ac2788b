import SpeedPix

/// Writes the wrapper around every answer, with all of its fields: some clients insist on each of them.
enum AnswerEnvelope {
    static func succeeded(_ data: JSONValue, requestID: String) throws -> [UInt8] {
        let envelope = json(
            status: Envelope.success, code: .null, message: .null, data: data, requestID: requestID)
        return try JSONValue.object(envelope).encoded()
    }

    /// - Parameter details: Of texts, whole numbers, lists and objects alone, which can always be written.
    static func failed(_ code: String, _ message: String, details: JSONValue = .null, requestID: String) -> [UInt8] {
        let envelope = json(
            status: Envelope.failure, code: .string(code), message: .string(message), data: details,
            requestID: requestID)
        return (try? JSONValue.object(envelope).encoded()) ?? []
    }

    static func failed(
        _ code: String, _ message: String, subCode: String?, subMessage: String?, requestID: String
    ) throws -> [UInt8] {
        var envelope = json(
            status: Envelope.failure, code: .string(code), message: .string(message), data: .null, requestID: requestID)
        envelope["subErrCode"] = subCode.map { .string($0) } ?? .null
        envelope["subErrMessage"] = subMessage.map { .string($0) } ?? .null
        return try JSONValue.object(envelope).encoded()
    }

    private static func json(
        status: Int64, code: JSONValue, message: JSONValue, data: JSONValue, requestID: String
    ) -> [String: JSONValue] {
        [
            "status": .integer(status), "apiInvokeId": .string(requestID), "errCode": code, "errMessage": message,
            "subErrCode": nil, "subErrMessage": nil, "data": data,
            // The service's documents have both in every answer, and never a value in them.
            "startTime": nil, "endTime": nil,
        ]
    }
}
