extension Predictions {
    /// Creates a prediction and waits for its end.
    ///
    /// - Returns: The succeeded prediction; its ``Prediction/output`` holds the workflow's named outputs.
    /// - Throws: As ``create(_:input:options:)`` and ``wait(for:options:)``. When the task is cancelled after the create,
    ///   the prediction goes on at the service and ``RunOptions/onCreated`` has told its id, unless
    ///   ``WaitOptions/cancelOn`` says otherwise.
    public func run(
        _ workflowID: String, input: [String: InputValue], options: RunOptions = RunOptions()
    ) async throws -> Prediction {
        let elapsed = caller.dependencies.clock.stopwatch()
        try Self.check(workflowID, options.create)
        try InputDepth.check(input)
        // With everything up to the create, whose frames would otherwise stay for the whole wait.
        let prediction = try await inSeparateTask(on: nil) {
            try await begin(workflowID, input: input, options: options, elapsed: elapsed)
        }
        if let recorded = try Self.recorded(prediction) { return recorded }
        let follower = follower(of: prediction, options: options.wait, elapsed: elapsed)
        return caller.isTraced ? try await tracedEnd(of: follower) : try await end(of: follower)
    }

    /// The prediction as the journal has it, or a new one.
    @inline(never)  // TaskFrames.swift
    private func begin(
        _ workflowID: String, input: [String: InputValue], options: RunOptions,
        elapsed: @escaping @Sendable () -> Duration
    ) async throws -> Prediction {
        guard let tracing = caller.pipeline.tracing else {
            return try await beginUntraced(workflowID, input: input, options: options, elapsed: elapsed)
        }
        return try await tracing.prediction("create", workflowID: workflowID) {
            try await beginUntraced(workflowID, input: input, options: options, elapsed: elapsed)
        }
    }

    @inline(never)  // TaskFrames.swift
    private func beginUntraced(
        _ workflowID: String, input: [String: InputValue], options: RunOptions,
        elapsed: @escaping @Sendable () -> Duration
    ) async throws -> Prediction {
        switch try await claim(workflowID, input: input, options: options.create) {
        case .recorded(let prediction):
            await options.onReused?(prediction)
            return prediction
        case .new(let key):
            let resolved = try await recordingFailure(key) {
                try await resolve(input, options.create.fileEncoding, limit: options.wait.timeout)
            }
            return try await start(workflowID, input: resolved, options: options, key: key, elapsed: elapsed)
        }
    }

    @inline(never)  // TaskFrames.swift
    private func start(
        _ workflowID: String, input resolved: [String: JSONValue], options: RunOptions, key: JournalKey,
        elapsed: @escaping @Sendable () -> Duration
    ) async throws -> Prediction {
        // Not within the deadline as a whole: a create that is under way must still tell what it has started.
        let prediction = try await send(
            workflowID, input: resolved, options: options.create, key: key,
            limit: options.wait.timeout.map { $0 - elapsed() })
        await options.onCreated?(prediction)
        return prediction
    }

    @inline(never)  // TaskFrames.swift
    private func follower(
        of prediction: Prediction, options: WaitOptions, elapsed: @Sendable () -> Duration
    ) -> PredictionFollower {
        let timeout = options.timeout
        var options = options
        options.timeout = timeout.map { max($0 - elapsed(), .zero) }
        return PredictionFollower(prediction, predictions: self, options: options, timeoutOfAll: timeout)
    }

    private func resolve(
        _ input: [String: InputValue], _ encoding: FileEncoding, limit: Duration?
    ) async throws -> [String: JSONValue] {
        let resolution = InputResolution(files: files, encoding: encoding)
        if let plain = resolution.plain(input) { return plain }
        guard let limit else { return try await resolution.resolve(input) }
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
