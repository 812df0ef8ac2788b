extension Predictions {
    /// Creates a prediction and waits for its end.
    ///
    /// - Returns: The succeeded prediction; its ``Prediction/output`` holds the workflow's named outputs.
    /// - Throws: As ``create(_:input:options:)`` and ``wait(for:options:)``. When the task is cancelled after the create,
    ///   the prediction goes on at the service and ``RunOptions/onCreated`` was called with its id, unless
    ///   ``WaitOptions/cancelOn`` says otherwise.
    public func run(
        _ workflowID: String, input: [String: InputValue], options: RunOptions = RunOptions()
    ) async throws -> Prediction {
        let deadline = RunDeadline(options.wait.timeout, clock: caller.dependencies.clock)
        // In a task of its own, since the frames of a create would otherwise stay for the whole wait.
        let prediction = try await inSeparateTask(
            on: nil, creation(workflowID, input: input, options: options, deadline: deadline))
        return try await wait(for: prediction, options: options.wait, deadline: deadline)
    }

    @inline(never)  // TaskFrames.swift
    private func creation(
        _ workflowID: String, input: [String: InputValue], options: RunOptions, deadline: RunDeadline?
    ) -> @Sendable () async throws -> Prediction {
        {
            let prediction = try await create(workflowID, input: input, options: options.create, deadline: deadline)
            await (prediction.isReused ? options.onReused : options.onCreated)?(prediction)
            return prediction
        }
    }
}
