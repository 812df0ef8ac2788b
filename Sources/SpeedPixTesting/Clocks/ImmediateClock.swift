import Synchronization

/// A clock on which short sleeps are over at once and long ones never are: polls and retries go through without
/// waiting, and no deadline passes. A deadline is known by its tolerance.
package final class ImmediateClock: Clock {
    package typealias Instant = ManualClock.Instant

    private let time = Mutex(Instant(offset: .zero))
    private let longest: Duration
    private let passesDeadlines: Bool

    /// - Parameters:
    ///   - longest: Longer sleeps last until their task is cancelled.
    ///   - passesDeadlines: Whether short deadlines pass at once, too: before the work they bound, or after it.
    package init(upTo longest: Duration = .seconds(10), passesDeadlines: Bool = false) {
        self.longest = longest
        self.passesDeadlines = passesDeadlines
    }

    package var now: Instant { time.withLock { $0 } }
    package var minimumResolution: Duration { .nanoseconds(1) }

    package func sleep(until deadline: Instant, tolerance: Duration? = nil) async throws {
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
