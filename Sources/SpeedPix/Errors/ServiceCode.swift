/// The codes in ``SpeedPixError/serviceCode`` that decisions rest on.
///
/// They are words of the server that answered: of the service, in its envelope; of the object store, in its XML; of the API
/// gateway in front of the service, which ``APIGatewayRefusal`` reads. No public document of the service lists its own, so
/// that those here are the usual ones, and those of the local gateway. ``SpeedPixError/Code-swift.struct`` is the client's
/// own reading of an answer.
enum ServiceCode {
    /// Parts of codes that say that a prediction is not known, or its id makes no sense; as ``normalized(_:)`` leaves them.
    static let noSuchTaskParts = [
        "tasknotfound", "tasknotexist", "taskidnotfound", "taskidnotexist", "nosuchtask", "invalidtask", "unknowntask",
        "promptnotfound", "invalidparameter", "missingparameter",
    ]

    /// Codes that say that there is no such call; as ``normalized(_:)`` leaves them.
    static let noSuchCall: Set<String> = [
        "apinotfound", "apinotexist", "apinotexists", "apinotsupported", "invalidapinotfound", "invalidaction",
        "invalidactionnotfound", "methodnotfound", "methodnotallowed", "nosuchapi",
        "nosuchmethod", "nosuchroute", "notimplemented", "routenotfound", "unknownapi", "unsupportedapi",
        "unsupportedoperation", "http404", "i404nf", "i404nr", "i404sr",
    ]

    /// A store's refusal for any reason; OSS and S3 answer an expired URL with it, too.
    static let storeAccessDenied = "AccessDenied"

    /// A store's refusal for a signed URL that has expired, or was signed by a clock that is off.
    static let storeURLExpired: Set<String> = [
        "RequestTimeTooSkewed", "ExpiredToken", "SecurityTokenExpired", "RequestExpired",
    ]

    /// A code without case and punctuation: `InvalidApi.NotFound` and `NO_SUCH_API` are spelled by several hands.
    static func normalized(_ code: String) -> String {
        code.lowercased().filter { $0.isLetter || $0.isNumber }
    }
}
