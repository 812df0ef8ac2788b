/// When a call that failed is worth another try, and when the try is due.
package struct RetryPolicy: Sendable {
    /// One try and three more, which outlasts a rolling restart of a service.
    package var attempts = 4
    /// The first delay's upper end. Doubles with each try.
    package var base: Duration = .milliseconds(400)
    package var longest: Duration = .seconds(8)

    package init() {}

    /// "Full jitter": anywhere between nothing and the exponential bound, so that clients that failed together do not
    /// come back together.
    ///
    /// - Parameters:
    ///   - attempt: 1 for the delay after the first try.
    ///   - retryAfter: What the service asked for; a shorter delay would be refused again.
    package func delay(afterAttempt attempt: Int, retryAfter: Duration?, random: Double) -> Duration {
        let bound = min(base * (1 << min(attempt - 1, 16)), longest)
        return max(bound * random, retryAfter ?? .zero)
    }
}
