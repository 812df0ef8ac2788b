import SpeedPix
import Synchronization

/// Lets creates pass at a ``CreateRate``, in the order in which they come.
package final class CreateRateLimiter: Sendable {
    private struct State {
        var line: CreateLine
        /// Those that wait to become the first in the line, by their tickets.
        var waiting: [Int: CheckedContinuation<Void, any Error>] = [:]
    }

    private let clock: any Clock<Duration>
    private let elapsed: @Sendable () -> Duration
    private let state: Mutex<State>

    package init(_ rate: CreateRate, clock: any Clock<Duration>) {
        self.clock = clock
        elapsed = clock.stopwatch()
        state = Mutex(State(line: CreateLine(rate)))
    }

    /// Returns when a create may go.
    ///
    /// - Throws: `CancellationError`; then none has gone, and no time is lost for the others.
    package func wait() async throws {
        let (ticket, isFirst) = state.withLock { $0.line.join() }
        // Having gone, it has left already.
        defer { leave(ticket) }
        if !isFirst { try await waitToBeFirst(ticket) }
        try Task.checkCancellation()
        while let pause = state.withLock({ $0.line.go(at: elapsed()) }) {
            try await clock.sleep(for: pause)
        }
    }

    private func leave(_ ticket: Int) {
        let next = state.withLock { state in
            state.line.leave(ticket)
            return state.line.head.flatMap { state.waiting.removeValue(forKey: $0) }
        }
        next?.resume()
    }

    private func waitToBeFirst(_ ticket: Int) async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let result: Result<Void, any Error>? = state.withLock { state in
                    if state.line.head == ticket { return .success(()) }
                    // Under the lock: a later cancellation finds the continuation.
                    if Task.isCancelled { return .failure(CancellationError()) }
                    state.waiting[ticket] = continuation
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: ticket) }?.resume(throwing: CancellationError())
        }
    }
}
