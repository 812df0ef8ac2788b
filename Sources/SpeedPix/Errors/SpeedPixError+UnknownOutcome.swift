extension SpeedPixError {
    /// The error of a create that was sent, and of which it is not known whether it was made.
    static func unknownOutcome(
        _ message: String, httpStatus: Int? = nil, serviceCode: String? = nil, requestID: String? = nil,
        cause: (any Error)? = nil
    ) -> SpeedPixError {
        SpeedPixError(
            .unknownOutcome, message,
            remedy: "look in the console before you create it again, or it may be paid for twice",
            httpStatus: httpStatus, serviceCode: serviceCode, requestID: requestID, cause: cause)
    }
}
