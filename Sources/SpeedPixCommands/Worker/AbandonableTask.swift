/// Work that its waiter can leave behind at once, though the work itself goes on until what it waits for has an end.
///
/// An append to a row's log, for one, goes on when its task is cancelled, and while NATS is away it has no end.
final class AbandonableTask<Success: Sendable>: Sendable {
    private let task: Task<Void, Never>
    private let results: AsyncStream<Result<Success, any Error>>
    private let ending: AsyncStream<Result<Success, any Error>>.Continuation

    init(_ body: @escaping @Sendable () async throws -> Success) {
        let (results, ending) = AsyncStream<Result<Success, any Error>>.makeStream()
        (self.results, self.ending) = (results, ending)
        task = Task {
            do { ending.yield(.success(try await body())) } catch { ending.yield(.failure(error)) }
            ending.finish()
        }
    }

    /// Cancels the work. Who waits for it does so no more.
    func cancel() {
        task.cancel()
        ending.finish()
    }

    /// To be called once.
    ///
    /// - Throws: What the work throws; `CancellationError` at once after ``cancel()``, or when the calling task is cancelled, which
    ///   cancels the work.
    func value() async throws -> Success {
        for await result in results { return try result.get() }
        cancel()
        throw CancellationError()
    }
}
