import Synchronization

/// Lets all waits of a client sleep on one timer and share one rate.
///
/// A wait costs its entry in the queue and no more: ten thousand of them are ten thousand entries in one heap, not as
/// many timers.
final class PollScheduler: Sendable {
    // The continuations are unsafe ones, see TaskFrames.swift. Each is resumed by the code that takes it out of `waiting`,
    // so once.
    private struct State {
        var queue: PollQueue
        var waiting: [UInt64: UnsafeContinuation<Void, any Error>] = [:]
        /// Sleeps until the next poll, and the poll's time.
        var timer: Task<Void, Never>?
        var timerDue: Duration?
        var timerNumber = 0
    }

    /// Polls that are due this soon are made together with one that is due now, so that a thread wakes once for all of them.
    private static let coalescing: Duration = .milliseconds(20)

    /// A wait that is about to enter the queue.
    final class Entry: Sendable {
        fileprivate let due: Duration
        fileprivate let deadline: Duration
        /// Nil until it is in the queue.
        fileprivate let number = Mutex<UInt64?>(nil)

        fileprivate init(due: Duration, deadline: Duration) {
            self.due = due
            self.deadline = deadline
        }
    }

    private let state: Mutex<State>
    private let clock: any Clock<Duration>
    private let elapsed: @Sendable () -> Duration
    private let executor: (any TaskExecutor)?
    private let onCeiling: @Sendable (Double) -> Void

    /// - Parameters:
    ///   - rate: Polls a second.
    ///   - executor: Where the timer waits; if the waits resume there too, it wakes no thread for them.
    ///   - onCeiling: Called with the rate that the service accepts, whenever it throttles.
    init(
        rate: PollRate, clock: any Clock<Duration>, executor: (any TaskExecutor)? = nil,
        onCeiling: @escaping @Sendable (Double) -> Void = { _ in }
    ) {
        state = Mutex(State(queue: PollQueue(rate: rate)))
        self.onCeiling = onCeiling
        self.clock = clock
        self.executor = executor
        elapsed = clock.stopwatch()
    }

    /// How many wait for their poll now.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// A wait for a poll after `delay`, later if the rate demands it, but no later than `limit`; both count from now.
    @inline(never)  // TaskFrames.swift
    func entry(in delay: Duration, limit: Duration) -> Entry {
        let now = elapsed()
        return Entry(due: now + delay, deadline: now + max(limit, delay))
    }

    /// Returns when it is time for the poll.
    ///
    /// - Throws: `CancellationError` as soon as the calling task is cancelled.
    func wait(for entry: Entry) async throws {
        try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { take(entry, $0) }
        } onCancel: {
            cancel(entry)
        }
    }

    /// Since the client was made; for ``noteThrottled(sentAt:)``.
    var now: Duration { elapsed() }

    /// Polls a second, as they are now.
    var rate: Double { state.withLock { $0.queue.rate.current } }

    /// The service has answered a poll.
    func noteAccepted() {
        let now = elapsed()
        state.withLock { $0.queue.noteAccepted(at: now) }
    }

    /// The service has throttled a call that was sent at this time.
    func noteThrottled(sentAt: Duration) {
        let now = elapsed()
        let ceiling = state.withLock { state in
            state.queue.noteThrottled(sentAt: sentAt, at: now)
            setTimer(&state)
            return state.queue.rate.ceiling
        }
        if let ceiling { onCeiling(ceiling) }
    }

    @inline(never)  // TaskFrames.swift
    private func take(_ entry: Entry, _ continuation: UnsafeContinuation<Void, any Error>) {
        state.withLock { state in
            let number = state.queue.add(due: entry.due, deadline: entry.deadline)
            state.waiting[number] = continuation
            entry.number.withLock { $0 = number }
            setTimer(&state)
        }
        // Cancelled before there was a number to cancel.
        if Task.isCancelled { cancel(entry) }
    }

    private func cancel(_ entry: Entry) {
        guard let number = entry.number.withLock({ $0 }) else { return }
        let continuation = state.withLock { state in
            let continuation = state.waiting.removeValue(forKey: number)
            if continuation != nil {
                state.queue.cancel(number)
                setTimer(&state)
            }
            return continuation
        }
        continuation?.resume(throwing: CancellationError())
    }

    /// Sets the timer for the next poll, unless it is set for that already.
    private func setTimer(_ state: inout State) {
        let due = state.queue.nextDue()
        guard due != state.timerDue else { return }
        state.timer?.cancel()
        state.timerDue = due
        state.timerNumber += 1
        guard let due else {
            state.timer = nil
            return
        }
        let number = state.timerNumber
        let delay = due - elapsed()
        state.timer = Task(executorPreference: executor) { [weak self, clock] in
            guard (try? await clock.sleep(for: max(delay, .zero))) != nil else { return }
            self?.resumeDuePolls(number)
        }
    }

    private func resumeDuePolls(_ number: Int) {
        let continuations = state.withLock { state -> [UnsafeContinuation<Void, any Error>] in
            guard number == state.timerNumber else { return [] }
            state.timerDue = nil
            let due = state.queue.take(at: elapsed(), ahead: Self.coalescing)
            setTimer(&state)
            return due.compactMap { state.waiting.removeValue(forKey: $0) }
        }
        for continuation in continuations { continuation.resume() }
    }
}
