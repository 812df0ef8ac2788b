extension Predictions {
    /// Creates a prediction and waits for its end.
    ///
    /// - Returns: The succeeded prediction; its ``Prediction/output`` holds the workflow's named outputs.
    /// - Throws: As ``create(_:input:options:)`` and ``wait(for:options:)``. When the task is cancelled after the create,
    ///   the prediction goes on at the service and ``RunOptions/onCreated`` has told its id.
    public func run(
        _ workflowID: String, input: [String: InputValue], options: RunOptions = RunOptions()
    ) async throws -> Prediction {
        let elapsed = caller.dependencies.clock.stopwatch()
        let deadline = options.wait.timeout
        try Self.check(workflowID, options.create)
        let resolution = InputResolution(files: files, encoding: options.create.fileEncoding)
        let resolved = try await withDeadline(
            deadline, clock: caller.dependencies.clock,
            expired: {
                SpeedPixError(
                    .timeout, "the input's files were not uploaded within \(deadline.formattedSeconds)",
                    remedy: "nothing was created: allow a longer timeout", isRetryable: true)
            },
            operation: { try await resolution.resolve(input) })
        // Not within the deadline as a whole: a create that is under way must still tell what it has started.
        let prediction = try await create(
            workflowID, resolved: resolved, options: options.create, limit: deadline - elapsed())
        await options.onCreated?(prediction)
        var wait = options.wait
        wait.timeout = max(deadline - elapsed(), .zero)
        return try await self.wait(for: prediction, options: wait)
    }
}
