import Synchronization

/// A clock on which short sleeps are over at once and long ones never are: polls and retries go through without waiting, and
/// no deadline passes.
///
/// Its time moves on by what was slept, so that a wait with a timeout ends after as many polls as it would have made. A sleep
/// with a tolerance is taken for a deadline: the client gives its deadlines one, and nothing else.
public final class ImmediateClock: Clock {
    /// The same instants as a ``ManualClock`` has.
    public typealias Instant = ManualClock.Instant

    private let time = Mutex(Instant(offset: .zero))
    private let longest: Duration
    private let passesDeadlines: Bool

    /// A clock that shows zero.
    ///
    /// - Parameters:
    ///   - longest: Longer sleeps last until their task is cancelled. Default 10 s; a client polls and retries within 15 s,
    ///     unless the service or an option asks for more.
    ///   - passesDeadlines: Whether deadlines of up to `longest` pass at once, too: before the work they bound, or after it.
    public init(upTo longest: Duration = .seconds(10), passesDeadlines: Bool = false) {
        self.longest = longest
        self.passesDeadlines = passesDeadlines
    }

    /// Zero, and what was slept since.
    public var now: Instant { time.withLock { $0 } }
    /// A nanosecond.
    public var minimumResolution: Duration { .nanoseconds(1) }

    /// Moves the time to `deadline`, or lasts until the task is cancelled if that is too far.
    ///
    /// - Throws: `CancellationError` if the task is cancelled.
    public func sleep(until deadline: Instant, tolerance: Duration? = nil) async throws {
        guard now.duration(to: deadline) <= longest, passesDeadlines || tolerance == nil else {
            let (never, _) = AsyncStream<Void>.makeStream()
            for await _ in never {}
            throw CancellationError()
        }
        try Task.checkCancellation()
        time.withLock { $0 = max($0, deadline) }
        await Task.yield()
    }
}
