import Synchronization

/// The first error of what standard output is to take. A reader that has gone away ends a run.
final class OutputFailure: Sendable {
    private struct State {
        var error: (any Error)?
        var action: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    var error: (any Error)? { state.withLock { $0.error } }

    /// Records an error, unless there is one already, and does what ``onFailure(_:)`` asks for.
    func note(_ error: any Error) { record(error)?() }

    /// Records an error, unless there is one already.
    ///
    /// - Returns: What ``onFailure(_:)`` asks for: a caller that holds a lock calls it when it holds none.
    func record(_ error: any Error) -> (@Sendable () -> Void)? {
        state.withLock { state in
            state.error = state.error ?? error
            return state.action
        }
    }

    /// A write whose errors are recorded, and thrown as before.
    func recording(_ write: @escaping @Sendable ([UInt8]) throws -> Void) -> @Sendable ([UInt8]) throws -> Void {
        { [self] bytes in
            do {
                try write(bytes)
            } catch {
                note(error)
                throw error
            }
        }
    }

    /// Sets what is called after an error; it is called at once if there was one before.
    func onFailure(_ action: @escaping @Sendable () -> Void) {
        let hasFailed = state.withLock { state in
            state.action = action
            return state.error != nil
        }
        if hasFailed { action() }
    }
}
