/// When a run has to be over, uploads included.
struct RunDeadline: Sendable {
    /// The time of the whole run.
    let timeout: Duration
    private let elapsed: @Sendable () -> Duration

    /// Begins now; nil without a timeout.
    init?(_ timeout: Duration?, clock: any Clock<Duration>) {
        guard let timeout else { return nil }
        self.timeout = timeout
        elapsed = clock.stopwatch()
    }

    /// What is left of it, zero once it has passed.
    var remaining: Duration { max(timeout - elapsed(), .zero) }
}
