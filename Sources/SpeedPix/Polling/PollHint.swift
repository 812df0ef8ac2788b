/// A kind of hint about when a prediction ends.
@_spi(Polling) public enum PollHint: Int, CaseIterable, Sendable {
    /// `etaRelative` of a running prediction.
    case eta
    /// Extrapolated from the way `progress` moved.
    case progress
    /// `estimatedDurationInSeconds`, counted from the start of the run.
    case estimate
    /// The estimate, once for the prediction itself and once for each one before it in the queue.
    case queue
}
