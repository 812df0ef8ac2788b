import Synchronization

/// How many rows a worker can still begin. One task waits, any task gives back.
package final class RowSlots: Sendable {
    private struct State {
        var free: Int
        var isClosed = false
        var waiting: CheckedContinuation<Void, Never>?
    }

    private let state: Mutex<State>

    package init(_ count: Int) { state = Mutex(State(free: count)) }

    /// Waits until one is free.
    ///
    /// - Returns: How many are; 0 once no row is to begin any more.
    package func untilFree() async -> Int {
        await withCheckedContinuation { continuation in
            let mustWait = state.withLock { state in
                if state.free > 0 || state.isClosed { return false }
                state.waiting = continuation
                return true
            }
            if !mustWait { continuation.resume() }
        }
        return state.withLock { $0.isClosed ? 0 : $0.free }
    }

    /// Takes one, for a row that begins now.
    ///
    /// - Returns: False once no row is to begin any more, also for one that was handed out before: nothing is taken then.
    package func take() -> Bool {
        state.withLock { state in
            guard !state.isClosed else { return false }
            state.free -= 1
            return true
        }
    }

    package func giveBack() {
        wake { $0.free += 1 }
    }

    /// No row begins from now on.
    package func close() {
        wake { $0.isClosed = true }
    }

    private func wake(_ change: (inout State) -> Void) {
        let waiting = state.withLock { state in
            change(&state)
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume()
    }
}
