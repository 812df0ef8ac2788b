package import HTTPTypes

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// Reads one answer of the service: pure, so that every refusal can be tested without a network.
package enum ServiceAnswer {
    /// The envelope of a call that worked.
    ///
    /// - Parameter now: What a `Retry-After` counts from that is a date, in an answer that has no date of its own.
    /// - Throws: ``SpeedPixError`` for everything else.
    package static func envelope(
        status: HTTPResponse.Status, headers: HTTPFields, body: [UInt8], now: Date
    ) throws -> Envelope {
        do {
            return try read(status: status, headers: headers, body: body)
        } catch var error as SpeedPixError {
            error.retryAfter = RetryAfter.duration(headers, now: now)
            throw error
        }
    }

    private static func read(status: HTTPResponse.Status, headers: HTTPFields, body: [UInt8]) throws -> Envelope {
        let envelope = (try? JSONValue(parsingAnswer: body)).flatMap { Envelope($0, headers: headers) }
        let requestID = envelope?.requestID ?? headers[.caRequestID]
        if status.kind == .successful, let envelope {
            guard !envelope.isSuccess else { return envelope }
            guard envelope.isRefusal else {
                throw SpeedPixError(
                    .invalidResponse, "the answer says neither that the call worked nor that it failed",
                    httpStatus: status.code, requestID: requestID, isRetryable: true)
            }
            throw refusal(envelope, status: status, requestID: requestID)
        }
        if status.kind == .successful {
            throw SpeedPixError(
                .invalidResponse, "the answer is not the service's JSON: \(excerpt(body, headers))",
                remedy: "check the endpoint; a proxy or a login page may have answered in its place",
                httpStatus: status.code, requestID: requestID, isRetryable: true)
        }
        if let refusal = APIGatewayRefusal(status: status, headers: headers) {
            throw refusal.error(requestID: requestID)
        }
        if let envelope, envelope.errorCode != nil || envelope.errorMessage != nil {
            throw refusal(envelope, status: status, requestID: requestID)
        }
        throw plainRefusal(status, headers, body: body, requestID: requestID)
    }

    /// The API layer accepted the signature and the call itself was refused.
    private static func refusal(
        _ envelope: Envelope, status: HTTPResponse.Status, requestID: String?
    ) -> SpeedPixError {
        let throttled = status.code == 429
        return SpeedPixError(
            throttled ? .throttled : .apiError,
            (envelope.errorMessage ?? envelope.errorCode)?.printable(keepingLines: true)
                ?? "the service refused the call without a reason",
            httpStatus: status.code, serviceCode: envelope.errorCode?.printable(), requestID: requestID,
            isRetryable: throttled || isTransient(status))
    }

    /// An answer that carries nothing but its HTTP status, or the gateway's words where they do not belong: a proxy may keep
    /// the text of an answer and drop its headers.
    private static func plainRefusal(
        _ status: HTTPResponse.Status, _ headers: HTTPFields, body: [UInt8], requestID: String?
    ) -> SpeedPixError {
        let phrase = status.reasonPhrase.printable()
        let text = "HTTP \(status.code) \(phrase)" + (body.isEmpty ? "" : ": \(excerpt(body, headers))")
        let meaning = APIGatewayRefusal.Meaning(words: text)
        func error(_ code: SpeedPixError.Code, _ remedy: String? = nil) -> SpeedPixError {
            var error = SpeedPixError(
                code, text, remedy: remedy, httpStatus: status.code, requestID: requestID,
                isRetryable: code == .throttled || isTransient(status))
            error.isUnexplained = true
            error.apiGatewayRefusal = meaning
            return error
        }
        switch status.code {
        case 403 where meaning == .throttled: return error(.throttled)
        case 401, 403: return error(.auth, "check the key and the secret")
        case 404: return error(.apiError, "check the endpoint: it does not have this call")
        case 413: return error(.apiError, "the request is larger than the service accepts")
        case 429: return error(.throttled)
        default: return error(.apiError)
        }
    }

    /// Statuses that say "not now" rather than "no".
    package static func isTransient(_ status: HTTPResponse.Status) -> Bool {
        [500, 502, 503, 504].contains(status.code)
    }

    private static func excerpt(_ body: [UInt8], _ headers: HTTPFields) -> String {
        guard !body.isEmpty else { return "it is empty" }
        if let coding = BodyCoding(headers), coding.isBeginning(body.prefix(2)) {
            return "it is compressed (\(coding)), which was not asked for"
        }
        let text = String(decoding: body.prefix(120), as: UTF8.self).printable()
        return "\"" + text + (body.count > 120 ? "…" : "") + "\""
    }
}
