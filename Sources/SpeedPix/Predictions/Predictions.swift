import HTTPTypes
import Logging

/// Creates predictions and follows them to their end.
public struct Predictions: Sendable {
    package let caller: ServiceCaller

    /// Starts a workflow and returns at once.
    ///
    /// It is sent at most once: if it may have reached the service and no answer came back, the error is
    /// `unknown_outcome` and nothing is repeated. A task that is cancelled while the create is under way still gets the
    /// prediction, since it exists and will be paid for.
    ///
    /// - Throws: ``SpeedPixError``; `CancellationError` if the task is cancelled before anything was sent.
    public func create(
        _ workflowID: String, input: [String: JSONValue], options: CreateOptions = CreateOptions()
    ) async throws -> Prediction {
        guard !workflowID.isEmpty else {
            throw SpeedPixError(
                .invalidArgument, "the workflow id is empty",
                remedy: "copy it from the console's list of published workflows")
        }
        guard options.aliasID == nil || options.versionID == nil else {
            throw SpeedPixError(.invalidArgument, "alias and version are both given", remedy: "leave one of them out")
        }
        var body: [String: JSONValue] = ["workflow_id": .string(workflowID), "inputs": .object(input)]
        if let version = options.versionID {
            body["version_id"] = .string(version)
        } else {
            body["alias_id"] = .string(options.aliasID ?? "main")
        }
        if let flag = options.randomiseSeeds { body["randomise_seeds"] = .bool(flag) }
        if let flag = options.returnTempFiles { body["return_temp_files"] = .bool(flag) }
        var headers = HTTPFields()
        if !options.resourceConfigIDs.isEmpty {
            headers[.resourceConfigID] = options.resourceConfigIDs.joined(separator: ",")
        }
        let createdAt = caller.dependencies.now()
        let envelope = try await caller.call(.create, .object(body), headers: headers, isRepeatable: false)
        guard let id = envelope.data.first("taskId", "task_id")?.lenientString else {
            throw SpeedPixError(
                .unknownOutcome, "the service accepted the create but its answer has no taskId",
                remedy: "look in the console before you create it again, or it may be paid for twice",
                requestID: envelope.requestID)
        }
        var prediction = Prediction(id: id)
        prediction.workflowID = workflowID
        prediction.input = input
        prediction.createdAt = createdAt
        prediction.apply(created: envelope.data)
        caller.logger.debug("created", metadata: ["prediction": "\(id)", "workflow": "\(workflowID)"])
        return prediction
    }

    /// Asks the service how a prediction stands; with its output, if it has succeeded.
    public func get(_ id: String) async throws -> Prediction {
        try await reload(Prediction(id: id))
    }

    /// The same prediction as it is now, keeping what only this side knows (workflow, input).
    public func reload(_ prediction: Prediction) async throws -> Prediction {
        guard !prediction.id.isEmpty else {
            throw SpeedPixError(.invalidArgument, "the prediction id is empty")
        }
        do {
            var updated = try await poll(prediction)
            if updated.status.isTerminal { updated = try await fetchResult(updated) }
            return updated
        } catch let error as SpeedPixError {
            throw error.about(prediction)
        }
    }

    /// Waits until the prediction has ended and fetches its output.
    ///
    /// One failed poll never ends the wait: whatever could be better the next time is asked again until the deadline.
    ///
    /// - Throws: ``SpeedPixError`` with the prediction: `prediction_failed`, `canceled`, `timeout` (it goes on at the
    ///   service), or what the service refused. `CancellationError` if the task is cancelled; it goes on then, too.
    public func wait(for prediction: Prediction, options: WaitOptions = WaitOptions()) async throws -> Prediction {
        do {
            return try await follow(prediction, options)
        } catch let failure as CallbackFailure {
            throw failure.error
        }
    }

    /// What the caller's own `onProgress` threw: it ends the wait, and must not be taken for a poll that failed.
    private struct CallbackFailure: Error {
        var error: any Error
    }

    private func follow(_ prediction: Prediction, _ options: WaitOptions) async throws -> Prediction {
        let elapsed = caller.dependencies.clock.stopwatch()
        let schedule = PollSchedule(fixed: options.pollingInterval, random: caller.dependencies.random)
        var current = prediction
        var unknownWords: Set<String> = []
        while true {
            do {
                // A create may already answer "succeeded", and then only the result is missing.
                if !current.status.isTerminal {
                    let remaining = options.timeout - elapsed()
                    guard remaining > .zero else { throw Self.timedOut(current, options.timeout) }
                    let delay = schedule.delay(after: current, elapsed: elapsed(), remaining: remaining)
                    try await caller.dependencies.clock.sleep(for: delay)
                    let updated = try await withinWait(of: current, options.timeout, elapsed, poll)
                    if !updated.status.isKnown, unknownWords.insert(updated.status.rawValue).inserted {
                        caller.logger.notice(
                            "unknown status; asking on",
                            metadata: ["prediction": "\(current.id)", "status": "\(updated.status)"])
                    }
                    let isNews = updated != current
                    current = updated
                    if isNews, let onProgress = options.onProgress {
                        // Within the deadline like everything else: a callback can sleep, too.
                        current = try await withinWait(of: current, options.timeout, elapsed) { prediction in
                            do {
                                try await onProgress(prediction)
                            } catch let error where !(error is CancellationError) {
                                throw CallbackFailure(error: error)
                            }
                            return prediction
                        }
                    }
                }
                if current.status.isTerminal {
                    current = try await withinWait(of: current, options.timeout, elapsed, fetchResult)
                    if current.status.isTerminal { return try Self.finished(current) }
                }
            } catch let error as SpeedPixError {
                guard error.isRetryable, error.code != .timeout else { throw error.about(current) }
                let remaining = options.timeout - elapsed()
                guard remaining > .zero else { throw Self.timedOut(current, options.timeout, cause: error) }
                caller.logger.warning(
                    "asking again", metadata: ["prediction": "\(current.id)", "reason": "\(error.message)"])
                // A result that cannot be fetched has no delay of its own above.
                if current.status.isTerminal {
                    try await caller.dependencies.clock.sleep(for: min(PollSchedule.longest, remaining))
                }
            }
        }
    }

    /// One step of a wait. A call has tries and a time limit of its own; together they could outlast the wait by minutes.
    private func withinWait(
        of prediction: Prediction, _ limit: Duration, _ elapsed: () -> Duration,
        _ step: @escaping @Sendable (Prediction) async throws -> Prediction
    ) async throws -> Prediction {
        try await withDeadline(
            max(limit - elapsed(), PollSchedule.lastLook), clock: caller.dependencies.clock,
            expired: { Self.timedOut(prediction, limit) }, operation: { try await step(prediction) })
    }

    private func poll(_ prediction: Prediction) async throws -> Prediction {
        let envelope = try await caller.call(.progress, ["taskId": .string(prediction.id)])
        var updated = prediction
        try updated.apply(progress: envelope.data, requestID: envelope.requestID)
        return updated
    }

    private func fetchResult(_ prediction: Prediction) async throws -> Prediction {
        let envelope: Envelope
        do {
            envelope = try await caller.call(.result, ["taskId": .string(prediction.id)])
        } catch let error as SpeedPixError where prediction.status != .succeeded && !error.isRetryable {
            // The service may describe a failed run by refusing its result; that is the failure's reason.
            var failed = prediction
            failed.error = failed.error ?? error.message
            return failed
        }
        var updated = prediction
        updated.apply(result: envelope.data, now: caller.dependencies.now())
        return updated
    }

    /// The prediction if it has succeeded; its end as an error otherwise.
    private static func finished(_ prediction: Prediction) throws -> Prediction {
        switch prediction.status {
        case .succeeded:
            return prediction
        case .canceled:
            throw SpeedPixError(.canceled, "the prediction was canceled", prediction: prediction)
        default:
            throw SpeedPixError(
                .predictionFailed, prediction.error ?? "the prediction failed without a reason",
                remedy: prediction.workflowID.map { "check the input against the workflow \($0)" },
                prediction: prediction)
        }
    }

    private static func timedOut(
        _ prediction: Prediction, _ limit: Duration, cause: SpeedPixError? = nil
    ) -> SpeedPixError {
        SpeedPixError(
            .timeout, "the prediction did not end within \(limit.formattedSeconds)",
            remedy: "it goes on at the service: wait for \(prediction.id) again, or allow a longer timeout",
            prediction: prediction, isRetryable: true, cause: cause)
    }
}

extension Duration {
    /// "90 s", "2.5 s".
    package var formattedSeconds: String {
        let tenths = (self / .milliseconds(100)).rounded()
        return tenths.truncatingRemainder(dividingBy: 10) == 0 ? "\(Int(tenths / 10)) s" : "\(tenths / 10) s"
    }
}
