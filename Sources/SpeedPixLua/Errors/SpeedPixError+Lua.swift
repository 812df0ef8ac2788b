public import LuaRuntime
public import SpeedPix

/// An error of the service or the SDK as scripts see it.
struct RaisedError: LuaRaisable {
    var error: SpeedPixError
    /// The prediction that paid work can be found by.
    var prediction: PredictionObject?

    var luaFields: [String: LuaValue] {
        var fields: [String: LuaValue] = [
            "code": .string(error.code.rawValue), "message": .string(error.message),
            "retryable": .boolean(error.isRetryable),
        ]
        fields["hint"] = error.remedy.map { .string($0) }
        fields["http_status"] = error.httpStatus.map { .integer(Int64($0)) }
        fields["service_code"] = error.serviceCode.map { .string($0) }
        fields["request_id"] = error.requestID.map { .string($0) }
        fields["prediction"] = prediction.map { .object($0) }
        return fields
    }
}

extension SpeedPixError: LuaRaisable {
    /// `code`, `message` and `retryable`; hint, HTTP status, service code and request id where known.
    public var luaFields: [String: LuaValue] {
        RaisedError(error: self).luaFields
    }

    func raised(with prediction: PredictionObject) -> RaisedError {
        RaisedError(error: self, prediction: prediction)
    }
}
