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
        let resolved = try await resolve(input, options.create.fileEncoding, limit: deadline)
        // From the create to the end on one thread, if the transport has one.
        return try await withTaskExecutorPreference(caller.pipeline.taskExecutor) {
            // Not within the deadline as a whole: a create that is under way must still tell what it has started.
            let prediction = try await create(
                workflowID, resolved: resolved, options: options.create, limit: deadline - elapsed())
            if let onCreated = options.onCreated {
                await withTaskExecutorPreference(globalConcurrentExecutor) { await onCreated(prediction) }
            }
            var wait = options.wait
            wait.timeout = max(deadline - elapsed(), .zero)
            return try await self.wait(for: prediction, options: wait)
        }
    }

    private func resolve(
        _ input: [String: InputValue], _ encoding: FileEncoding, limit: Duration
    ) async throws -> [String: JSONValue] {
        let resolution = InputResolution(files: files, encoding: encoding)
        if let plain = resolution.plain(input) { return plain }
        return try await withDeadline(
            limit, clock: caller.dependencies.clock,
            expired: {
                SpeedPixError(
                    .timeout, "the input's files were not uploaded within \(limit.formattedSeconds)",
                    remedy: "nothing was created: allow a longer timeout", isRetryable: true)
            },
            operation: { try await resolution.resolve(input) })
    }
}
