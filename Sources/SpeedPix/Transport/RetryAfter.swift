import HTTPTypes

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// `Retry-After` (RFC 9110, section 10.2.3): seconds or a date.
enum RetryAfter {
    /// How long an answer asks to wait, whatever its status. A date counts from the answer's own `Date`: this machine's clock
    /// may be off.
    ///
    /// - Parameter now: What a date counts from in an answer without a `Date`; nil to leave such a date aside.
    /// - Returns: Nil for an answer that does not ask.
    static func duration(_ headers: HTTPFields, now: Date? = nil) -> Duration? {
        guard let text = headers[.retryAfter] else { return nil }
        if let seconds = Int(text) { return Duration.seconds(max(seconds, 0)).withinYears }
        guard let date = HTTPDate.date(from: text), let sent = headers[.date].flatMap(HTTPDate.date) ?? now else {
            return nil
        }
        return .seconds(max(date.timeIntervalSince(sent), 0))
    }

    /// What an error says of it.
    ///
    /// - Parameter isThrottled: Whether the answer says "too many calls", by whatever status.
    /// - Returns: Nil for an answer that does not ask, and of any status but 429 and 503.
    static func duration(
        _ status: HTTPResponse.Status, _ headers: HTTPFields, isThrottled: Bool = false
    ) -> Duration? {
        isThrottled || [429, 503].contains(status.code) ? duration(headers) : nil
    }
}
