import HTTPTypes
import Logging

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Creates predictions and follows them to their end.
public struct Predictions: Sendable {
    package let caller: ServiceCaller
    /// Uploads the files of inputs, and saves those of outputs.
    let files: Files
    var requests: PredictionRequests { PredictionRequests(caller: caller) }

    /// How many predictions of this client are being waited for and sleep until their next poll; for monitoring.
    public var waitingCount: Int { caller.state.pollScheduler.waitingCount }

    /// Starts a workflow and returns at once. Files in the input are uploaded first.
    ///
    /// It is sent at most once: if it may have reached the service and no answer came back, the error is
    /// `unknown_outcome` and nothing is repeated. A task that is cancelled while the create is under way still gets the
    /// prediction, since it exists and will be paid for, if the answer comes within ``SpeedPixClient/Configuration/cancelledCreateGrace``.
    ///
    /// - Throws: ``SpeedPixError``; `CancellationError` if the task is cancelled before anything was sent.
    public func create(
        _ workflowID: String, input: [String: InputValue], options: CreateOptions = CreateOptions()
    ) async throws -> Prediction {
        try await create(workflowID, input: input, options: options, deadline: nil)
    }

    /// The prediction as the journal has it, or a new one.
    ///
    /// - Parameter deadline: By which files must be uploaded; after it a create that had no effect is not tried again.
    func create(
        _ workflowID: String, input: [String: InputValue], options: CreateOptions, deadline: RunDeadline?
    ) async throws -> Prediction {
        try Self.check(workflowID, options)
        try InputDepth.check(input)
        guard let tracing = caller.pipeline.tracing else {
            return try await createUntraced(workflowID, input: input, options: options, deadline: deadline)
        }
        return try await tracing.prediction("create", workflowID: workflowID) {
            try await createUntraced(workflowID, input: input, options: options, deadline: deadline)
        }
    }

    private func createUntraced(
        _ workflowID: String, input: [String: InputValue], options: CreateOptions, deadline: RunDeadline?
    ) async throws -> Prediction {
        switch try await claim(workflowID, input: input, options: options) {
        case .recorded(let prediction): return prediction
        case .new(let key):
            let resolved = try await recordingNotMadeOnFailure(key) {
                try await resolve(input, options.fileEncoding, by: deadline)
            }
            // Not within the deadline as a whole: a create that is under way must still return the id of what it has started.
            return try await send(
                workflowID, input: resolved, options: options, key: key, limit: deadline?.remaining)
        }
    }

    private func resolve(
        _ input: [String: InputValue], _ encoding: FileEncoding, by deadline: RunDeadline?
    ) async throws -> [String: JSONValue] {
        let resolution = InputResolution(files: files, encoding: encoding)
        if let plain = resolution.plain(input) { return plain }
        guard let deadline else { return try await resolution.resolve(input) }
        return try await withDeadline(
            deadline.remaining, clock: caller.dependencies.clock,
            expired: {
                SpeedPixError(
                    .timeout, "the input's files were not uploaded within \(deadline.timeout.formattedSeconds)",
                    remedy: "nothing was created: allow a longer timeout", isRetryable: true)
            },
            operation: { try await resolution.resolve(input) })
    }

    private static func check(_ workflowID: String, _ options: CreateOptions) throws {
        guard !workflowID.isEmpty else {
            throw SpeedPixError(
                .invalidArgument, "the workflow id is empty",
                remedy: "copy it from the console's list of published workflows")
        }
        guard options.aliasID == nil || options.versionID == nil else {
            throw SpeedPixError(.invalidArgument, "alias and version are both given", remedy: "leave one of them out")
        }
    }

    /// Sends a create that its journal has taken.
    ///
    /// - Parameter limit: After it, a create that had no effect is not tried again.
    private func send(
        _ workflowID: String, input: [String: JSONValue], options: CreateOptions, key: JournalKey,
        limit: Duration?
    ) async throws -> Prediction {
        var body = options.body
        body["workflow_id"] = .string(workflowID)
        body["inputs"] = .object(input)
        var headers = HTTPFields()
        if !options.resourceConfigIDs.isEmpty {
            headers[.resourceConfigID] = options.resourceConfigIDs.joined(separator: ",")
        }
        let createdAt = caller.dependencies.now()
        var prediction: Prediction
        do {
            let envelope = try await caller.call(
                .create, .object(body), headers: headers,
                intent: CreateIntent(journal: caller.dependencies.journal, key: key), limit: limit)
            prediction = Prediction(id: try Self.createdID(envelope))
            prediction.apply(created: envelope.data)
        } catch {
            await recordCreateFailed(error, key)
            throw error
        }
        prediction.workflowID = workflowID
        prediction.label = options.label
        prediction.input = input
        prediction.createdAt = createdAt
        caller.pipeline.metrics?.created()
        caller.logger.debug("created", metadata: ["prediction": "\(prediction.id)", "workflow": "\(workflowID)"])
        try await recordCreatedOrThrow(prediction, key)
        return prediction
    }

    /// - Throws: ``SpeedPixError`` `unknown_outcome` for an answer without an id.
    private static func createdID(_ envelope: Envelope) throws(SpeedPixError) -> String {
        guard let id = envelope.data.first("taskId", "task_id")?.lenientIdentifier else {
            throw .unknownOutcome(
                "the service accepted the create but its answer has no taskId", requestID: envelope.requestID)
        }
        return id
    }

    /// Asks the service how a prediction stands; with its output, if it has succeeded.
    ///
    /// - Throws: As ``reload(_:)``.
    public func get(_ id: String) async throws -> Prediction {
        try await reload(Prediction(id: id))
    }

    /// The same prediction as it is now, keeping what only this side knows (workflow, input).
    ///
    /// - Returns: The prediction, however it stands: one that has failed is not an error.
    /// - Throws: ``SpeedPixError`` with the prediction: `api_error` if the service has no such prediction, `network`, `auth`.
    ///   `CancellationError` if the task is cancelled.
    public func reload(_ prediction: Prediction) async throws -> Prediction {
        guard !prediction.id.isEmpty else {
            throw SpeedPixError(.invalidArgument, "the prediction id is empty")
        }
        do {
            var updated = try await requests.poll(prediction)
            if updated.status.isTerminal {
                updated = try await fetchResultOrCurrentImage(updated)
                await recordEnd(of: updated)
            }
            return updated
        } catch let error as SpeedPixError {
            throw error.about(prediction)
        }
    }

    /// Waits until the prediction has ended and fetches its output.
    ///
    /// One failed poll never ends the wait: whatever could be better the next time is asked again until the deadline, and
    /// what the service refused without saying that it is final for two minutes.
    ///
    /// - Throws: ``SpeedPixError`` with the prediction: `prediction_failed`, `canceled`, `timeout` (it goes on at the
    ///   service), or what the service refused. What `onProgress` throws. `CancellationError` if the task is cancelled;
    ///   the prediction goes on then, too, unless ``WaitOptions/cancelOn`` says otherwise.
    public func wait(for prediction: Prediction, options: WaitOptions = WaitOptions()) async throws -> Prediction {
        try await wait(for: prediction, options: options, deadline: nil)
    }

    /// - Parameter deadline: Of the run that the wait is the end of; its timeout is then the whole run's.
    @inline(__always)  // TaskFrames.swift
    func wait(for prediction: Prediction, options: WaitOptions, deadline: RunDeadline?) async throws -> Prediction {
        if let recorded = try Self.recorded(prediction) { return recorded }
        let follower = PredictionFollower(prediction, requests: requests, options: options, deadline: deadline)
        guard !caller.isTraced else { return try await tracedEnd(of: follower) }
        return try await conclude(follower, await follower.followToEnd())
    }

    /// A prediction whose end a journal has, if it succeeded; nil for one that is to be waited for.
    ///
    /// - Throws: ``SpeedPixError`` if it did not succeed.
    @inline(never)  // TaskFrames.swift
    private static func recorded(_ prediction: Prediction) throws -> Prediction? {
        prediction.isReused && prediction.isComplete ? try prediction.succeededOrThrow() : nil
    }

    /// The rest of a wait, with a span. A function of its own: waits without one are to stay small, see TaskFrames.swift.
    @inline(never)
    private func tracedEnd(of follower: PredictionFollower) async throws -> Prediction {
        guard let tracing = caller.pipeline.tracing else {
            return try await conclude(follower, await follower.followToEnd())
        }
        return try await tracing.prediction("wait", id: follower.prediction.id) {
            try await conclude(follower, await follower.followToEnd())
        }
    }

    /// A success whose result is refused falls back on the picture that its poll showed.
    ///
    /// A wait asks again for two minutes where a refusal does not say that it is final, see `PredictionFollower`. This asks
    /// once, so that every error counts that is not marked as retryable.
    private func fetchResultOrCurrentImage(_ prediction: Prediction) async throws -> Prediction {
        do {
            return try await requests.fetchResult(prediction).0
        } catch let error as SpeedPixError where !error.isRetryable {
            return try prediction.completedByCurrentImage(
                after: error, now: caller.dependencies.now(), logger: caller.logger)
        }
    }
}
