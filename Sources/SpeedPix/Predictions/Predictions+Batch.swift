/// One of many predictions, ended.
public struct CompletedPrediction: Sendable {
    /// Its place in the list that was waited for.
    public let index: Int
    /// The succeeded prediction, or why there is none: an error that names it.
    public let result: Result<Prediction, any Error>
}

extension Predictions {
    /// Waits for many predictions at once, and for each of them whatever becomes of the others.
    ///
    /// They share the client's poll rate and one timer.
    ///
    /// - Returns: For each, in order, the succeeded prediction or its error.
    /// - Throws: `CancellationError` if the task is cancelled; the predictions go on.
    public func wait(
        forAll predictions: [Prediction], options: WaitOptions = WaitOptions()
    ) async throws -> [Result<Prediction, any Error>] {
        var results: [Result<Prediction, any Error>?] = Array(repeating: nil, count: predictions.count)
        for await completed in completed(of: predictions, options: options) {
            results[completed.index] = completed.result
        }
        // A stream just ends for a task that is cancelled.
        try Task.checkCancellation()
        return results.compactMap { $0 }
    }

    /// Many predictions, each as it ends. Leaving the loop ends the waiting; the predictions go on.
    ///
    /// ```swift
    /// for await done in client.predictions.completed(of: batch) {
    ///     print(done.index, try done.result.get().files.count)
    /// }
    /// ```
    ///
    /// - Returns: A sequence that can be iterated once. When the iterating task is cancelled, it ends.
    public func completed(
        of predictions: [Prediction], options: WaitOptions = WaitOptions()
    ) -> AsyncStream<CompletedPrediction> {
        AsyncStream { continuation in
            let waiting = Task {
                await withTaskGroup(of: Void.self) { group in
                    for (index, prediction) in predictions.enumerated() {
                        group.addTask {
                            do {
                                let done = try await wait(for: prediction, options: options)
                                continuation.yield(CompletedPrediction(index: index, result: .success(done)))
                            } catch is CancellationError where Task.isCancelled {
                            } catch {
                                continuation.yield(CompletedPrediction(index: index, result: .failure(error)))
                            }
                        }
                    }
                }
                continuation.finish()
            }
            continuation.onTermination = { _ in waiting.cancel() }
        }
    }
}
