/// When a call that the service refused, without saying that the refusal is final, is made again. A pure value; times are
/// since any fixed moment.
struct RefusalRetries: Equatable {
    /// How long refusals in a row are borne: restarts of an engine take a minute or two.
    static let duration: Duration = .seconds(120)
    /// The first pause; each is twice as long as the one before.
    static let firstPause: Duration = .seconds(1)
    static let longestPause: Duration = .seconds(10)
    /// Before a result that could not be fetched, for a reason of the network's, is asked for again.
    static let steadyPause: Duration = .seconds(5)

    private var firstAt: Duration?
    private var count = 0

    /// - Returns: How long to wait before the next try; nil if there have been enough.
    mutating func pause(afterRefusalAt now: Duration) -> Duration? {
        let first = firstAt ?? now
        firstAt = first
        guard now - first < Self.duration else { return nil }
        defer { count += 1 }
        return min(Self.firstPause * (1 << min(count, 16)), Self.longestPause)
    }
}
