extension SpeedPixError {
    /// For calls that not every service has: `unsupported` if this error says that there is no such call, else the same
    /// error.
    ///
    /// A file or a prediction that does not exist is not such a case: the service knew the call and refused its argument.
    ///
    /// - Parameter feature: What the caller asked for, as messages name it, whatever the call is named where it was made:
    ///   "cancelling a prediction".
    package func asUnsupported(_ feature: String) -> SpeedPixError {
        guard saysNoSuchCall else { return self }
        return SpeedPixError(
            .unsupported, "the service does not offer \(feature): \(message)",
            remedy: "no public interface of the service has this call; the local gateway does",
            httpStatus: httpStatus, serviceCode: serviceCode, requestID: requestID, cause: self)
    }

    /// Whether the service, or the gateway before it, said that it has no such call.
    var saysNoSuchCall: Bool {
        guard code == .apiError || code == .auth else { return false }
        let text = message.lowercased()
        if Self.noSuchCallPhrases.contains(where: text.contains) { return true }
        // The API gateway's text for a path that is not published, with 400 or 403 as well. The same text from an engine, with
        // a code of its own, is about an argument.
        if serviceCode.map(APIGatewayRefusal.isCode) ?? true, text.contains("invalid url") { return true }
        guard code == .apiError else { return false }
        if let serviceCode {
            return ServiceCode.noSuchCall.contains(ServiceCode.normalized(serviceCode))
        }
        return httpStatus.map([404, 405, 501].contains) ?? false
    }

    /// The usual words: no public document of the service lists its own. Without a code they are the only sign.
    private static let noSuchCallPhrases = [
        "no such api", "api not found", "api does not exist", "api not exist", "接口不存在",
    ]
}
