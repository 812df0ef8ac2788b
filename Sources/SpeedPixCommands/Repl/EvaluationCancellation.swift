import Synchronization

/// Cancels one evaluation on Ctrl-C.
final class EvaluationCancellation: Sendable {
    private struct State {
        var interrupts = 0
        var cancel: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// The evaluation has begun; it is cancelled at once if Ctrl-C was quicker.
    func begin(cancel: @escaping @Sendable () -> Void) {
        let isLate = state.withLock { state in
            state.cancel = cancel
            return state.interrupts > 0
        }
        if isLate { cancel() }
    }

    /// - Returns: How often Ctrl-C was pressed.
    func interrupt() -> Int {
        let (interrupts, cancel) = state.withLock { state in
            state.interrupts += 1
            return (state.interrupts, state.cancel)
        }
        cancel?()
        return interrupts
    }
}
