import NIOCore
import NIOPosix

/// Continuous time, whose sleeps leave no timer behind when they are cancelled.
///
/// A cancelled sleep of `ContinuousClock` stays in the system's timer queue until its time has come: on Linux each one
/// keeps some kilobytes, and every call of a client has a time limit that is hardly ever reached. The timers of an event
/// loop are taken out again.
public struct TimerClock: Clock {
    /// The same instants as the system's clock has.
    public typealias Instant = ContinuousClock.Instant

    /// Its timers are those of NIO's shared event loops.
    public init() {}

    /// The time of the system's continuous clock.
    public var now: Instant { ContinuousClock.now }
    /// That of the continuous clock; sleeps are as exact as an event loop.
    public var minimumResolution: Duration { ContinuousClock().minimumResolution }

    /// - Throws: `CancellationError` as soon as the task is cancelled.
    public func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let wait = TimerWait()
        let delay = TimeAmount(deadline - now)
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { wait.begin($0, delay: delay) }
        } onCancel: {
            wait.cancel()
        }
    }
}
