/// A clock that stands still until a test moves it.
///
/// What sleeps on it wakes when ``advance(by:)`` reaches its time, or when its task is cancelled. A test starts the work in a
/// task, waits until it sleeps, and moves the time on:
///
/// ```swift
/// let clock = ManualClock()
/// let (client, stub) = SpeedPixClient.stubbed(clock: clock)
/// stub.on("slow", .progress(0.5))
/// async let done = client.run("slow", input: [:], options: RunOptions(wait: WaitOptions(timeout: .seconds(60))))
/// await clock.waitForPauses(1)
/// clock.advance(by: .seconds(60))
/// ```
public final class ManualClock: Clock {
    /// A time of the clock, which begins at zero.
    public struct Instant: InstantProtocol {
        /// Since the clock was made.
        public var offset: Duration

        /// A time of the clock.
        public init(offset: Duration) { self.offset = offset }

        /// So much later.
        public func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        /// From this time to another; negative if that is earlier.
        public func duration(to other: Instant) -> Duration { other.offset - offset }
        /// Whether one time is earlier than another.
        public static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private struct Sleeper {
        let deadline: Instant
        let isPause: Bool
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now = Instant(offset: .zero)
        var nextID = 0
        var sleepers: [Int: Sleeper] = [:]
        /// Sleeps that were cancelled before they began.
        var cancelled: Set<Int> = []

        var pauses: Int { sleepers.values.count { $0.isPause } }
    }

    private let state = CountedState(State()) { $0.sleepers.count }

    /// A clock that shows zero.
    public init() {}

    /// The time, as the test has set it.
    public var now: Instant { state.withLock { $0.now } }
    /// A nanosecond.
    public var minimumResolution: Duration { .nanoseconds(1) }

    /// How many tasks sleep right now.
    public var sleeperCount: Int { state.withLock { $0.sleepers.count } }
    /// How many of them sleep without a tolerance, see ``waitForPauses(_:)``.
    public var pauseCount: Int { state.withLock { $0.pauses } }

    /// Sleeps until the test has moved the time there; not at all if it is there already.
    ///
    /// - Throws: `CancellationError` as soon as the task is cancelled.
    public func sleep(until deadline: Instant, tolerance: Duration? = nil) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let result: (isOver: Bool, isCancelled: Bool) = state.withLock { state in
                    if state.cancelled.remove(id) != nil { return (true, true) }
                    if deadline <= state.now { return (true, false) }
                    state.sleepers[id] = Sleeper(
                        deadline: deadline, isPause: tolerance == nil, continuation: continuation)
                    return (false, false)
                }
                if result.isOver {
                    continuation.resume(with: result.isCancelled ? .failure(CancellationError()) : .success(()))
                }
            }
        } onCancel: {
            let sleeper = state.withLock { state -> Sleeper? in
                if let sleeper = state.sleepers.removeValue(forKey: id) { return sleeper }
                state.cancelled.insert(id)
                return nil
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Moves time on and ends the sleeps that are due, earliest first.
    ///
    /// It returns before they have run: what they do next is to be waited for.
    public func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.now = state.now.advanced(by: duration)
            let due = state.sleepers.filter { $0.value.deadline <= state.now }.sorted {
                $0.value.deadline < $1.value.deadline
            }
            for (id, _) in due { state.sleepers[id] = nil }
            return due.map(\.value)
        }
        for sleeper in due { sleeper.continuation.resume() }
    }

    /// Waits until at least this many tasks sleep, so that the next ``advance(by:)`` meets them. Returns early if the calling
    /// task is cancelled.
    ///
    /// A client's call that is under way sleeps, too: on its time limit, 30 s by default. See ``waitForPauses(_:)``.
    public func waitForSleepers(_ count: Int) async {
        await state.waitForCount(count)
    }

    /// Waits until at least this many tasks sleep without a tolerance. Returns early if the calling task is cancelled.
    ///
    /// The client gives its deadlines a tolerance, and none to the pauses that it makes between polls and before retries. All
    /// waits of a client share one pause. So while one prediction is waited for, this returns when there is nothing to do
    /// until the next poll.
    public func waitForPauses(_ count: Int) async {
        await state.wait { $0.pauses >= count }
    }
}
