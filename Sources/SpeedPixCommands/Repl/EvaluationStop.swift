import Synchronization

/// Ctrl-C during one evaluation.
final class EvaluationStop: Sendable {
    private struct State {
        var presses = 0
        var cancel: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// The evaluation has begun; it is cancelled at once if Ctrl-C was quicker.
    func begin(cancel: @escaping @Sendable () -> Void) {
        let isLate = state.withLock { state in
            state.cancel = cancel
            return state.presses > 0
        }
        if isLate { cancel() }
    }

    /// - Returns: How often it was pressed.
    func press() -> Int {
        let (presses, cancel) = state.withLock { state in
            state.presses += 1
            return (state.presses, state.cancel)
        }
        cancel?()
        return presses
    }
}
