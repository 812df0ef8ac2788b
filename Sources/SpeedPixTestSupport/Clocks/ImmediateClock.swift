import Synchronization

/// A clock on which short sleeps are over at once and long ones never are: polls and retries go through without
/// waiting, and no deadline passes.
package final class ImmediateClock: Clock {
    package typealias Instant = ManualClock.Instant

    private let time = Mutex(Instant(offset: .zero))
    private let longest: Duration

    /// - Parameter longest: Longer sleeps last until their task is cancelled.
    package init(upTo longest: Duration = .seconds(10)) {
        self.longest = longest
    }

    package var now: Instant { time.withLock { $0 } }
    package var minimumResolution: Duration { .nanoseconds(1) }

    package func sleep(until deadline: Instant, tolerance: Duration? = nil) async throws {
        guard now.duration(to: deadline) <= longest else {
            let (never, _) = AsyncStream<Void>.makeStream()
            for await _ in never {}
            throw CancellationError()
        }
        try Task.checkCancellation()
        time.withLock { $0 = max($0, deadline) }
        await Task.yield()
    }
}
