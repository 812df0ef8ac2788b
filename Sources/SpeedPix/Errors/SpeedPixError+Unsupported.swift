extension SpeedPixError {
    /// The same error, or `unsupported` if it says that the service has no such call: never a pretended success.
    ///
    /// - Parameter feature: What was wanted, as the start of a sentence.
    package func asUnsupported(_ feature: String) -> SpeedPixError {
        guard saysNoSuchCall else { return self }
        return SpeedPixError(
            .unsupported, "\(feature) is not supported by this service",
            remedy: "only the local gateway offers it so far",
            httpStatus: httpStatus, serviceCode: serviceCode, requestID: requestID, cause: self)
    }

    private var saysNoSuchCall: Bool {
        guard code == .apiError || code == .auth else { return false }
        // An envelope's own code tells what is missing: the call, or the thing it was asked about.
        guard let serviceCode else { return httpStatus == 404 || message.lowercased().contains("no such api") }
        let words = (serviceCode + " " + message).lowercased().filter { $0.isLetter }
        return ["nosuchapi", "apinotfound", "apinotexist", "invalidapi", "unsupportedapi"].contains(
            where: words.contains)
    }
}
