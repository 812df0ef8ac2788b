import HTTPTypes

/// A refusal of the API gateway in front of the service: what it means and what to do, by its code and its words.
///
/// All of Alibaba's gateways say why in `X-Ca-Error-Message`; those in a VPC have a code in `X-Ca-Error-Code` as well, and may
/// choose another HTTP status for the same reason.
struct APIGatewayRefusal {
    enum Meaning {
        case signature
        case key
        case timestamp
        case usedNonce
        case throttled
        /// No API is published at this path.
        case noSuchCall
        /// The host of the endpoint is none of the gateway's.
        case domain
        /// The key may not call this API.
        case unauthorized
        /// What was paid for is used up, or was not paid.
        case quota
        case other
    }

    /// The gateway's words, or its code if it has no words.
    let message: String
    let code: String?
    let meaning: Meaning
    private let status: HTTPResponse.Status

    /// Nil for an answer that is not a refusal of the gateway's.
    init?(status: HTTPResponse.Status, headers: HTTPFields) {
        func text(_ name: HTTPField.Name) -> String? { headers[name].flatMap { $0.isEmpty ? nil : $0.printable() } }
        code = text(.caErrorCode)
        guard let message = text(.caErrorMessage) ?? code else { return nil }
        self.message = message
        self.status = status
        let isThrottled = status.code == 429 || code?.hasPrefix("T4") ?? false
        meaning = isThrottled ? .throttled : Meaning(code: code) ?? Meaning(words: message)
    }

    /// Whether a service code is one of the gateway's, and so not of the service behind it: `A403IS`, `T429ID` …
    static func isCode(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count == 6 else { return false }
        let (letters, digits): (ClosedRange<UInt8>, ClosedRange<UInt8>) = (0x41...0x5A, 0x30...0x39)
        return letters.contains(bytes[0]) && bytes[1...3].allSatisfy(digits.contains)
            && bytes[4...].allSatisfy { letters.contains($0) || digits.contains($0) }
    }

    /// The refusal as callers get it.
    func error(requestID: String?) -> SpeedPixError {
        var error = SpeedPixError(
            errorCode, message, remedy: remedy, httpStatus: status.code, serviceCode: code, requestID: requestID,
            // A nonce is never used twice by us: a copy of the call came first, and a new one will do.
            isRetryable: meaning == .throttled || meaning == .usedNonce || ServiceAnswer.isTransient(status))
        error.apiGatewayRefusal = meaning
        return error
    }

    private var errorCode: SpeedPixError.Code {
        switch meaning {
        case .throttled: .throttled
        case .noSuchCall, .domain, .quota: .apiError
        case .signature, .key, .timestamp, .usedNonce, .unauthorized: status.kind == .serverError ? .apiError : .auth
        case .other: (400...403).contains(status.code) ? .auth : .apiError
        }
    }

    private var remedy: String? {
        switch meaning {
        case .signature: "the secret does not belong to the key: copy both from the console again"
        case .key:
            "the service does not know this key: check \(SpeedPixClient.Configuration.Variable.appKey) and the endpoint"
        case .timestamp: "this machine's clock is more than 15 minutes off: set it"
        case .noSuchCall: "check the endpoint: it does not have this call"
        case .domain: "check the endpoint: the gateway that answers does not know its host"
        case .unauthorized: "the key may not make this call: have it authorized for the API in the console"
        case .quota: "what was paid for is used up or has expired: see the account in the console"
        case .usedNonce, .throttled, .other: nil
        }
    }
}

extension APIGatewayRefusal.Meaning {
    /// By the gateway's code, such as `A403IS`; nil for none and for one that says nothing here.
    fileprivate init?(code: String?) {
        switch code {
        case "A403IS": self = .signature
        case "A400IK": self = .key
        case "A403EP", "I403AA": self = .unauthorized
        case "I404NF", "I404NR", "I404SR": self = .noSuchCall
        case "I404DO": self = .domain
        case let code? where code.hasPrefix("B403"): self = .quota
        default: return nil
        }
    }

    /// By the gateway's words: those outside of a VPC send no code, so that there is no other sign. The phrases are those of
    /// Alibaba Cloud's list of the API gateway's error messages, in lower case.
    init(words: String) {
        let phrases: [([String], Self)] = [
            (["throttled"], .throttled), (["invalid signature"], .signature), (["empty signature"], .signature),
            (["invalid appsecret"], .signature), (["invalid appkey"], .key), (["nonce used"], .usedNonce),
            (["timestamp", "expired"], .timestamp), (["invalid url"], .noSuchCall), (["api not found"], .noSuchCall),
            (["invalid domain"], .domain), (["unauthorized"], .unauthorized), (["quota exhausted"], .quota),
            (["quota expired"], .quota), (["arrears"], .quota),
        ]
        let words = words.lowercased()
        self = phrases.first { $0.0.allSatisfy(words.contains) }?.1 ?? .other
    }
}
