import SpeedPixTesting

/// Holds work, under names, until a test lets it go, in any order that the test likes.
package final class Gate: Sendable {
    private struct State {
        var started: [String] = []
        var held: [String: CheckedContinuation<Void, any Error>] = [:]
        /// Names that were opened before anything came under them.
        var opened: Set<String> = []
    }

    /// What a name that arrives has to do at once.
    private enum Arrival {
        case isHeld
        case mayGo
    }

    private let state = CountedState(State()) { $0.started.count }

    package init() {}

    /// The names that have come so far, in order, whether or not they were let go.
    package var started: [String] { state.withLock { $0.started } }

    /// Waits until the name is opened.
    ///
    /// - Throws: `CancellationError` if the calling task is cancelled first.
    package func hold(_ name: String) async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                switch state.withLock({ state in arrive(name, continuation: continuation, state: &state) }) {
                case .mayGo: continuation.resume()
                case .isHeld: if Task.isCancelled { cancel(name) }
                }
            }
        } onCancel: {
            cancel(name)
        }
    }

    /// Waits until the name is opened or the calling task is cancelled.
    package func wait(_ name: String) async {
        try? await hold(name)
    }

    private func arrive(
        _ name: String, continuation: CheckedContinuation<Void, any Error>, state: inout State
    ) -> Arrival {
        state.started.append(name)
        guard state.opened.remove(name) == nil else { return .mayGo }
        state.held[name] = continuation
        return .isHeld
    }

    private func cancel(_ name: String) {
        state.withLock { $0.held.removeValue(forKey: name) }?.resume(throwing: CancellationError())
    }

    /// Lets go what waits under the name; if nothing does, the next that comes under it does not wait.
    package func open(_ name: String) {
        let continuation = state.withLock { state in
            let continuation = state.held.removeValue(forKey: name)
            if continuation == nil { state.opened.insert(name) }
            return continuation
        }
        continuation?.resume()
    }

    /// Returns when `count` names have come.
    package func waitForStarts(_ count: Int) async {
        await state.waitForCount(count)
    }

    /// The names that have come, once there are `count` of them.
    package func arrived(_ count: Int) async -> [String] {
        await waitForStarts(count)
        return started
    }
}
