/// When to ask again: a pure value, so that every decision can be replayed.
///
/// Asks soon, then ever more rarely, a fixed fraction of the time already waited: the answer is never later than that
/// fraction of the run, and a long run costs few requests. A hint of an early end brings the next poll forward; a hint
/// of a late one never puts it off, since a coarse progress makes for wild ones.
package struct PollSchedule: Sendable {
    /// The first answers come from a cache at the service; sooner would only be refused.
    static let shortest: Duration = .milliseconds(150)
    /// A fixed interval of nothing would be a busy loop on the network.
    static let shortestFixed: Duration = .milliseconds(10)
    /// Nobody wants to look at a finished picture ten seconds late.
    static let longest: Duration = .seconds(5)
    /// A wait that reaches its deadline looks once more, and for no longer than this.
    static let lastLook: Duration = .seconds(1)
    /// The delay as a fraction of the time already waited.
    static let fraction = 0.2

    private let fixed: Duration?
    private let random: @Sendable () -> Double

    /// - Parameters:
    ///   - fixed: A constant interval that overrides the adaptive one.
    ///   - random: 0 ..< 1, to keep a thousand waits from asking in step.
    package init(fixed: Duration?, random: @escaping @Sendable () -> Double) {
        self.fixed = fixed
        self.random = random
    }

    /// How long to sleep before the next poll.
    ///
    /// - Parameters:
    ///   - elapsed: Since the wait began.
    ///   - remaining: Until the deadline; the delay never passes it.
    package func delay(after prediction: Prediction, elapsed: Duration, remaining: Duration) -> Duration {
        if let fixed { return min(max(fixed, Self.shortestFixed), remaining) }
        var delay = elapsed * Self.fraction
        if let eta = prediction.progress.eta, eta > .zero {
            // Just after it should be done: sooner is a wasted request, and the hint may be right.
            delay = min(delay, eta + .milliseconds(50))
        } else if let estimate = prediction.estimatedDuration, estimate > elapsed {
            // Made before the run began, so only half of it is believed.
            delay = max(delay, (estimate - elapsed) * 0.5)
        }
        let jittered = delay * (0.9 + 0.2 * random())
        return min(max(Self.shortest, min(jittered, Self.longest)), remaining)
    }
}
