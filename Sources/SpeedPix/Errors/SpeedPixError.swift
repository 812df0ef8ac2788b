/// What went wrong, where it stands with the service, and what to do next.
///
/// Functions that call the service throw this type, except `CancellationError` in a cancelled task, and whatever closures of
/// yours throw.
public struct SpeedPixError: Error, Sendable {
    /// A stable, machine-readable kind of failure. Scripts see the raw value as `e.code`.
    public struct Code: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
        /// The code in snake case, e.g. `prediction_failed`; it does not change between versions.
        public let rawValue: String

        /// A code by its raw value; any text is one, so that callers can add their own.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// As logs and messages show it: the raw value.
        public var description: String { rawValue }

        /// The workflow ran and failed; ``SpeedPixError/prediction`` holds the failed prediction.
        public static let predictionFailed = Code(rawValue: "prediction_failed")
        /// The prediction was canceled at the service.
        public static let canceled = Code(rawValue: "canceled")
        /// A deadline passed. The prediction may still be running at the service.
        public static let timeout = Code(rawValue: "timeout")
        /// The service refused the call for a reason of its own; see ``SpeedPixError/serviceCode``.
        public static let apiError = Code(rawValue: "api_error")
        /// The key, the secret or the signature was refused.
        public static let auth = Code(rawValue: "auth")
        /// Too many calls for the service's flow control.
        public static let throttled = Code(rawValue: "throttled")
        /// No usable answer came back from the network.
        public static let network = Code(rawValue: "network")
        /// A create may have reached the service, but its answer did not come back. It is never sent again on its own.
        public static let unknownOutcome = Code(rawValue: "unknown_outcome")
        /// An answer came back that is not the protocol's.
        public static let invalidResponse = Code(rawValue: "invalid_response")
        /// The service has no such call.
        public static let unsupported = Code(rawValue: "unsupported")
        /// An argument cannot be right, whatever the service says.
        public static let invalidArgument = Code(rawValue: "invalid_argument")
        /// The journal could not write down what is about to be paid for, or was. Of the first, nothing was sent.
        public static let journalFailed = Code(rawValue: "journal_failed")
        /// The service no longer has the output of a prediction, and no copy of it was saved here.
        public static let outputExpired = Code(rawValue: "output_expired")
        /// A local file does not exist.
        public static let fileNotFound = Code(rawValue: "file_not_found")
        /// A local file or folder could not be read or written.
        public static let fileSystem = Code(rawValue: "file_system")
        /// A script's sandbox does not allow it.
        public static let notAllowed = Code(rawValue: "not_allowed")
        /// Key, secret or endpoint are missing or malformed.
        public static let configuration = Code(rawValue: "configuration")
    }

    /// The kind of failure.
    public var code: Code
    /// What happened, in one sentence for a person.
    public var message: String
    /// What to do about it, if there is something to do.
    public var remedy: String?
    /// The HTTP status of the answer, if there was one.
    public var httpStatus: Int?
    /// The service's own error code (`subErrCode`, else `errCode`).
    public var serviceCode: String?
    /// The service's id of the call (`apiInvokeId`, else `X-Ca-Request-Id`): what its support asks for.
    public var requestID: String?
    /// The prediction that the failure belongs to, so that paid work can be found again by its id.
    public var prediction: Prediction?
    /// Whether the same call could succeed later without a change.
    public var isRetryable: Bool
    /// How long the answer asked to wait before the same call is made again (`Retry-After`), whatever its status; nil if it did
    /// not. The client's own retries have waited as long, up to ``RetryPolicy/longestRetryAfter``.
    public var retryAfter: Duration?
    /// The error below this one.
    public var cause: (any Error)?
    /// Whether the answer carried nothing but its HTTP status: neither the service nor the gateway before it said why.
    var isUnexplained = false
    /// Why the gateway before the service refused the call; nil if it did not.
    var apiGatewayRefusal: APIGatewayRefusal.Meaning?

    /// An error with whatever is known about it; only code and message are a must.
    public init(
        _ code: Code,
        _ message: String,
        remedy: String? = nil,
        httpStatus: Int? = nil,
        serviceCode: String? = nil,
        requestID: String? = nil,
        prediction: Prediction? = nil,
        isRetryable: Bool = false,
        retryAfter: Duration? = nil,
        cause: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.remedy = remedy
        self.httpStatus = httpStatus
        self.serviceCode = serviceCode
        self.requestID = requestID
        self.prediction = prediction
        self.isRetryable = isRetryable
        self.retryAfter = retryAfter
        self.cause = cause
    }

    /// The same error, tied to the prediction it concerns unless it already names one.
    func about(_ prediction: Prediction) -> SpeedPixError {
        var error = self
        error.prediction = error.prediction ?? prediction
        return error
    }
}

extension SpeedPixError: CustomStringConvertible {
    /// As logs and messages show it: code, message and ids in one line, the remedy as a `hint:` below. URLs in it end where their
    /// query begins, which may be a signature; ``message`` has them whole.
    public var description: String {
        var text = "\(code): \(message)"
        var facts: [String] = []
        if let prediction { facts.append("prediction \(prediction.id)") }
        if let serviceCode { facts.append("service code \(serviceCode)") }
        if let httpStatus { facts.append("HTTP \(httpStatus)") }
        if let requestID { facts.append("request \(requestID)") }
        if !facts.isEmpty { text += " (\(facts.joined(separator: ", ")))" }
        if let remedy { text += "\nhint: \(remedy)" }
        return text.withoutSignatures
    }
}
