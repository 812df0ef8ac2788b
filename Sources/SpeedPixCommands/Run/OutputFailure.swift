import Synchronization

/// The first error of standard output.
final class OutputFailure: Sendable {
    private struct State {
        var error: (any Error)?
        var action: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    var error: (any Error)? { state.withLock { $0.error } }

    func note(_ error: any Error) {
        let action = state.withLock { state in
            state.error = state.error ?? error
            return state.action
        }
        action?()
    }

    /// Called once, also if there was one before.
    func onFailure(_ action: @escaping @Sendable () -> Void) {
        let hasFailed = state.withLock { state in
            state.action = action
            return state.error != nil
        }
        if hasFailed { action() }
    }
}
