import HTTPTypes

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// `Retry-After` (RFC 9110, section 10.2.3): seconds or a date.
enum RetryAfter {
    /// How long an answer asks to wait. A date counts from the answer's own `Date`: this machine's clock may be off.
    ///
    /// - Parameter isThrottled: Whether the answer says "too many calls", by whatever status.
    /// - Returns: Nil for an answer that does not ask, and of any status but 429 and 503.
    static func duration(
        _ status: HTTPResponse.Status, _ headers: HTTPFields, isThrottled: Bool = false
    ) -> Duration? {
        guard isThrottled || [429, 503].contains(status.code), let text = headers[.retryAfter] else { return nil }
        if let seconds = Int(text) { return Duration.seconds(max(seconds, 0)).withinYears }
        guard let date = HTTPDate.date(from: text), let sent = headers[.date].flatMap(HTTPDate.date) else { return nil }
        return .seconds(max(date.timeIntervalSince(sent), 0))
    }
}
