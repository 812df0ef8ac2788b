import Dispatch
import Synchronization

/// Ends the process once that was asked for, even if threads are blocked.
///
/// Its timers run on Dispatch's threads: Swift's own may all be blocked in writes whose reader does not read.
public final class ProcessEnd: Sendable {
    /// Calls the closure after the duration unless what it returns is called before.
    typealias Schedule = @Sendable (Duration, @escaping @Sendable () -> Void) -> @Sendable () -> Void

    private struct State {
        var hasBegun = false
        var timeLimitPassed = false
        var interruptions = 0
        /// Cancels what is scheduled for the limit.
        var timeLimit: (@Sendable () -> Void)?
        var isForced = false
    }

    /// How long what is written after the end has begun may wait for a reader that does nothing.
    public static let patience: Duration = .seconds(1)

    private let exit: @Sendable (Int32) -> Void
    private let schedule: Schedule
    private let state = Mutex(State())

    /// - Parameter exit: Ends the process at once.
    public convenience init(exit: @escaping @Sendable (Int32) -> Void = { _ in }) {
        self.init(exit: exit, schedule: Self.dispatched)
    }

    init(exit: @escaping @Sendable (Int32) -> Void, schedule: @escaping Schedule) {
        self.exit = exit
        self.schedule = schedule
    }

    // MARK: Asking for it

    /// A signal asks for the end: writes that wait for their reader give up.
    public func begin() { state.withLock { $0.hasBegun = true } }

    /// Whether a signal or a time limit has asked for the end.
    public var hasBegun: Bool { state.withLock { $0.hasBegun || $0.timeLimitPassed } }

    /// Whether the end was asked for, or the calling task was cancelled; a signal does first the one and then the other.
    var isInterruptingCaller: Bool { Task.isCancelled || hasBegun }

    /// Whether it was the time limit.
    public var timeLimitHasPassed: Bool { state.withLock { $0.timeLimitPassed } }

    /// From now on a run may take this long; the limit of a run before counts no more.
    ///
    /// - Parameters:
    ///   - grace: How long the run may take to end once the limit has passed.
    ///   - abandon: Called after that, unless ``endTimeLimit()`` was called before.
    func limitTime(to limit: Duration?, grace: Duration, abandon: @escaping @Sendable () -> Void) {
        clearTimeLimit()
        guard let limit else { return }
        let cancel = schedule(limit) { [weak self] in self?.passTimeLimit(grace, abandon) }
        state.withLock { $0.timeLimit = cancel }
    }

    private func passTimeLimit(_ grace: Duration, _ abandon: @escaping @Sendable () -> Void) {
        let cancel = schedule(grace, abandon)
        state.withLock { state in
            state.timeLimitPassed = true
            state.timeLimit = cancel
        }
    }

    /// The run that had the limit has ended. If it has passed, it stays so: what is still to be written may have no reader.
    func endTimeLimit() {
        let cancel = state.withLock { state in
            defer { state.timeLimit = nil }
            return state.timeLimit
        }
        cancel?()
    }

    private func clearTimeLimit() {
        endTimeLimit()
        state.withLock { $0.timeLimitPassed = false }
    }

    /// Calls the closure after a while, on a thread of the system's.
    ///
    /// - Returns: What to call if it is needed no more.
    func after(_ duration: Duration, _ body: @escaping @Sendable () -> Void) -> @Sendable () -> Void {
        schedule(duration, body)
    }

    /// Ends the process with this status after a while if it is still there.
    public func force(_ status: Int32, after duration: Duration) {
        state.withLock { $0.isForced = true }
        _ = schedule(duration) { [exit] in exit(status) }
    }

    /// A thread may be stuck for good, and the command goes on without it.
    func noteBlockedThread() { state.withLock { $0.isForced = true } }

    /// Whether threads may be stuck for good: then the process must not wait for them, nor take down what they use.
    public var isForced: Bool { state.withLock { $0.isForced } }

    // MARK: Interruptions

    /// Writes that wait for their reader now give up, since a session ends what it is doing. The process goes on.
    public func interruptStreams() { state.withLock { $0.interruptions += 1 } }

    /// Changes with each ``interruptStreams()``.
    public var interruptions: Int { state.withLock { $0.interruptions } }

    private static let dispatched: Schedule = { duration, body in
        let item = DispatchWorkItem(block: body)
        let seconds = min(duration / .seconds(1), 1e9)
        DispatchQueue.global(qos: .userInitiated).asyncAfter(deadline: .now() + seconds, execute: item)
        let box = UncheckedItem(item: item)
        return { box.item.cancel() }
    }

    /// `@unchecked Sendable`: cancelling a work item is allowed from any thread.
    private struct UncheckedItem: @unchecked Sendable {
        let item: DispatchWorkItem
    }
}
