import Synchronization

/// One piece of work, and how it stands.
final class BlockingJob: Sendable {
    private enum Phase {
        case waiting, running, over, abandoned
    }

    private struct State {
        var phase = Phase.waiting
        var isCancelled = false
        /// Does the work, and returns the function that delivers its result.
        var body: (@Sendable () -> @Sendable () -> Void)?
        var fail: (@Sendable (any Error) -> Void)?
        /// Delivers the result; nil before there is one, and once it is called.
        var outcome: (@Sendable () -> Void)?
    }

    private let onCancel: @Sendable () -> Void
    private let state = Mutex(State())

    init(onCancel: @escaping @Sendable () -> Void) {
        self.onCancel = onCancel
    }

    func prepare(_ body: @escaping @Sendable () -> @Sendable () -> Void, fail: @escaping @Sendable (any Error) -> Void)
    {
        let isCancelled = state.withLock { state in
            if state.isCancelled {
                state.phase = .over
                return true
            }
            state.body = body
            state.fail = fail
            return false
        }
        if isCancelled { fail(CancellationError()) }
    }

    /// Marks it as running.
    ///
    /// - Returns: False if it does not wait any more: it was cancelled.
    func start() -> Bool {
        state.withLock { state in
            guard state.phase == .waiting else { return false }
            state.phase = .running
            return true
        }
    }

    /// - Returns: Whether it was not given up meanwhile.
    func run() -> Bool {
        let body = state.withLock { state in
            defer { state.body = nil }
            return state.body
        }
        let outcome = body?()
        return state.withLock { state in
            guard state.phase == .running else { return false }
            state.phase = .over
            state.outcome = outcome
            state.fail = nil
            return true
        }
    }

    /// Resumes the caller, if it is to be resumed. Called without a lock, since the caller may run at once.
    func deliver() {
        let outcome = state.withLock { state in
            defer { state.outcome = nil }
            return state.outcome
        }
        outcome?()
    }

    /// Ends it before it began.
    func fail(_ error: any Error) {
        let fail = state.withLock { state in
            defer { state.fail = nil }
            state.phase = .over
            return state.fail
        }
        fail?(error)
    }

    /// - Returns: Whether it runs, and has now been asked to end.
    func cancel() -> Bool {
        let (fail, isRunning) = state.withLock { state -> ((@Sendable (any Error) -> Void)?, Bool) in
            state.isCancelled = true
            switch state.phase {
            case .waiting:
                state.phase = .over
                defer { (state.fail, state.body) = (nil, nil) }
                return (state.fail, false)
            case .running: return (nil, true)
            case .over, .abandoned: return (nil, false)
            }
        }
        fail?(CancellationError())
        if isRunning { onCancel() }
        return isRunning
    }

    /// - Returns: Whether it was still running.
    func abandon() -> Bool {
        state.withLock { state in
            guard state.phase == .running else { return false }
            state.phase = .abandoned
            if let fail = state.fail { state.outcome = { fail(CancellationError()) } }
            state.fail = nil
            return true
        }
    }
}
