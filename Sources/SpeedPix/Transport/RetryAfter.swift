import HTTPTypes

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// `Retry-After` (RFC 9110, section 10.2.3): seconds or a date.
///
/// Read once for each answer, into ``SpeedPixError/retryAfter``: code that calls again reads it from the error.
enum RetryAfter {
    /// How long an answer asks to wait, whatever its status: a proxy in front of the service says it with a 502, too.
    ///
    /// - Parameter now: What a date counts from in an answer without a `Date`. The answer's own comes first, since this
    ///   machine's clock may be off.
    /// - Returns: Nil for an answer that does not ask.
    static func duration(_ headers: HTTPFields, now: Date) -> Duration? {
        guard let text = headers[.retryAfter] else { return nil }
        if let seconds = Int(text) { return Duration.seconds(max(seconds, 0)).withinYears }
        guard let date = HTTPDate.date(from: text) else { return nil }
        let sent = headers[.date].flatMap(HTTPDate.date) ?? now
        return .seconds(max(date.timeIntervalSince(sent), 0))
    }
}
