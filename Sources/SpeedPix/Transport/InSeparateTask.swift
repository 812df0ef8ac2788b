/// Runs an operation in a task of its own, which takes its memory with it.
///
/// A task keeps the memory of the largest frames that it ever had. A caller that makes a request and then waits for minutes
/// makes the request in a separate task, so that it does not keep the request's memory while it waits.
///
/// - Parameter executor: Where the operation runs; nil for Swift's own threads.
/// - Throws: What the operation throws; it is cancelled when the calling task is.
@inline(never)
func inSeparateTask<Result: Sendable>(
    on executor: (any TaskExecutor)?, _ operation: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    let task = Task(executorPreference: executor, operation: operation)
    return try await withTaskCancellationHandler {
        try await task.value
    } onCancel: {
        task.cancel()
    }
}
