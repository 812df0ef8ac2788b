import Synchronization

/// An operation that goes on when the task that waits for it is cancelled, but is then waited for only a little longer.
///
/// The bound holds also for an operation that does not end when it is cancelled.
final class ShieldedOperation<Value: Sendable>: Sendable {
    private struct State {
        var continuation: CheckedContinuation<Value, any Error>?
        var result: Result<Value, any Error>?
        var grace: Task<Void, Never>?
    }

    private let state = Mutex(State())

    private init() {}

    /// Runs an operation in a task of its own, and waits for it.
    ///
    /// - Parameters:
    ///   - grace: How long the operation may go on after the calling task was cancelled. Then it is cancelled, too.
    ///   - expired: What is thrown then.
    /// - Throws: What the operation throws, or `expired()`.
    static func run(
        grace: Duration, clock: any Clock<Duration>, on executor: (any TaskExecutor)?,
        expired: @escaping @Sendable () -> any Error, operation: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let shielded = ShieldedOperation()
        let work = Task(executorPreference: executor) {
            do {
                shielded.finish(.success(try await operation()))
            } catch {
                shielded.finish(.failure(error))
            }
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { shielded.resume($0) }
        } onCancel: {
            shielded.begin(
                Task {
                    // Cancelled as soon as the operation has ended.
                    guard (try? await clock.sleep(for: grace, tolerance: grace / 100)) != nil else { return }
                    shielded.finish(.failure(expired()))
                    work.cancel()
                })
        }
    }

    /// Keeps the first result; whatever comes later is dropped.
    private func finish(_ result: Result<Value, any Error>) {
        let (continuation, grace) = state.withLock { state in
            guard state.result == nil else {
                return (nil as CheckedContinuation<Value, any Error>?, nil as Task<Void, Never>?)
            }
            state.result = result
            return (state.continuation.take(), state.grace.take())
        }
        grace?.cancel()
        continuation?.resume(with: result)
    }

    private func resume(_ continuation: CheckedContinuation<Value, any Error>) {
        let result = state.withLock { state in
            if state.result == nil { state.continuation = continuation }
            return state.result
        }
        if let result { continuation.resume(with: result) }
    }

    private func begin(_ grace: Task<Void, Never>) {
        let isOver = state.withLock { state in
            if state.result == nil { state.grace = grace }
            return state.result != nil
        }
        if isOver { grace.cancel() }
    }
}
