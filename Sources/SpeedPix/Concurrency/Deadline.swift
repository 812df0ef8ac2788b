/// Runs `operation`, but no longer than `limit`.
///
/// - Throws: What `operation` throws, or `expired()` when the limit passes first; the operation is then cancelled.
///   `CancellationError` if the calling task is cancelled while the operation goes on.
package func withDeadline<Result: Sendable>(
    _ limit: Duration,
    clock: any Clock<Duration>,
    expired: @escaping @Sendable () -> any Error,
    operation: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Result.self) { group in
        group.addTask(operation: operation)
        group.addTask {
            // Deadlines may be late; what is waited for on purpose may not. Timers that may be late can go together.
            try await clock.sleep(for: limit, tolerance: limit / 100)
            throw expired()
        }
        defer { group.cancelAll() }
        guard let result = try await group.next() else { throw CancellationError() }
        return result
    }
}
