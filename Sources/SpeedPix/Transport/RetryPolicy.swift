/// When a call that failed is worth another try, and when the try is due.
///
/// Tried again is what may be better the next time: no connection, a reset, a cut or garbled answer, 429 and the
/// gateway's 403 "Throttled", 500, 502, 503 and 504. A create is tried again only if it surely had no effect.
public struct RetryPolicy: Sendable, Hashable {
    /// Tries in all. By default one and three more, which outlasts a rolling restart of a service; 1 for no retries.
    public var attempts = 4
    /// The first delay's upper end, doubled with each try. Default 0.4 s.
    public var base: Duration = .milliseconds(400) {
        didSet { base = base.withinYears }
    }
    /// No delay is longer, unless the service asks for it. Default 8 s.
    public var longest: Duration = .seconds(8) {
        didSet { longest = longest.withinYears }
    }
    /// What the service may ask for with `Retry-After`; more is cut. Default one minute.
    public var longestRetryAfter: Duration = .seconds(60) {
        didSet { longestRetryAfter = longestRetryAfter.withinYears }
    }

    /// The defaults above.
    public init() {}

    /// "Full jitter": anywhere between nothing and the exponential bound, so that clients that failed together do not
    /// come back together.
    ///
    /// - Parameters:
    ///   - attempt: 1 for the delay after the first try.
    ///   - retryAfter: What the service asked for; a shorter delay would be refused again.
    package func delay(afterAttempt attempt: Int, retryAfter: Duration?, random: Double) -> Duration {
        let bound = min(base * (1 << min(max(attempt, 1) - 1, 16)), longest)
        return max(bound * random, min(retryAfter ?? .zero, longestRetryAfter))
    }
}
