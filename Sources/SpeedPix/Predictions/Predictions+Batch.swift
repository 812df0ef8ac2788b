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

    /// Waits for many predictions at once, and reads the output of each that succeeds.
    ///
    /// - Returns: For each, in order, the succeeded prediction with its output, or its error: `invalid_response` for an output
    ///   that does not fit the type.
    /// - Throws: `CancellationError` if the task is cancelled; the predictions go on.
    public func wait<Output: Decodable & Sendable>(
        forAll predictions: [TypedPrediction<Output>], options: WaitOptions = WaitOptions()
    ) async throws -> [Result<TypedPrediction<Output>.Succeeded, any Error>] {
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

    /// Many predictions with their outputs, each as it ends. Leaving the loop ends the waiting; the predictions go on.
    ///
    /// - Returns: A sequence that waits while it is iterated, and throws nothing but `CancellationError`. An output that does
    ///   not fit the type is a result like any other: the error `invalid_response`, with the prediction.
    public func completed<Output: Decodable & Sendable>(
        of predictions: [TypedPrediction<Output>], options: WaitOptions = WaitOptions()
    ) -> CompletedPredictions<TypedPrediction<Output>.Succeeded> {
        CompletedPredictions(
            list: predictions.map(\.prediction), predictions: self, options: options,
            success: { try TypedPrediction.succeeded($0, of: self) })
    }

    /// Follows a prediction to its end; its last element's ``Prediction/output(as:files:)`` is its output.
    ///
    /// - Parameters:
    ///   - interval: As without a type: an element comes at least this often; nil for changes alone.
    ///   - options: As without a type.
    public func updates<Output>(
        of prediction: TypedPrediction<Output>, atLeastEvery interval: Duration? = nil,
        options: WaitOptions = WaitOptions()
    ) -> PredictionUpdates {
        updates(of: prediction.prediction, atLeastEvery: interval, options: options)
    }

    /// Ends a prediction at the service. One that has ended already stays as it is.
    ///
    /// - Returns: The prediction as the service has it now: `canceled`, unless it had ended before.
    /// - Throws: ``SpeedPixError`` with the prediction: `unsupported` from a service that has no such call; the prediction then
    ///   goes on, and will be paid for. `CancellationError` if the task is cancelled; the prediction may be canceled all the
    ///   same.
    @discardableResult
    public func cancel<Output>(_ prediction: TypedPrediction<Output>) async throws -> TypedPrediction<Output> {
        TypedPrediction(try await cancel(prediction.prediction), of: self)
    }

    private static func results<Success>(
        of completed: CompletedPredictions<Success>
    ) async throws -> [Result<Success, any Error>] {
        var results: [Result<Success, any Error>?] = Array(repeating: nil, count: completed.list.count)
        for try await done in completed { results[done.index] = done.result }
        return results.compactMap { $0 }
    }
}
