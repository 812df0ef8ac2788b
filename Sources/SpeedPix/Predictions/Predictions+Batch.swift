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
        try await Self.results(of: completed(of: predictions, options: options))
    }

    /// Many predictions, each as it ends. Leaving the loop ends the waiting; the predictions go on.
    ///
    /// ```swift
    /// for try await done in client.predictions.completed(of: batch) {
    ///     print(done.index, try done.result.get().files.count)
    /// }
    /// ```
    ///
    /// - Returns: A sequence that waits while it is iterated, and throws nothing but `CancellationError`.
    public func completed(
        of predictions: [Prediction], options: WaitOptions = WaitOptions()
    ) -> CompletedPredictions<Prediction> {
        CompletedPredictions(list: predictions, predictions: self, options: options, success: { $0 })
    }

    private static func results<Success>(
        of completed: CompletedPredictions<Success>
    ) async throws -> [Result<Success, any Error>] {
        var results: [Result<Success, any Error>?] = Array(repeating: nil, count: completed.list.count)
        for try await done in completed { results[done.index] = done.result }
        return results.compactMap { $0 }
    }
}
