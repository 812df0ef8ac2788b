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
        try Self.check(workflowID, options)
        try InputDepth.check(input)
        guard let tracing = caller.pipeline.tracing else {
            return try await createUntraced(workflowID, input: input, options: options)
        }
        return try await tracing.prediction("create", workflowID: workflowID) {
            try await createUntraced(workflowID, input: input, options: options)
        }
    }

    private func createUntraced(
        _ workflowID: String, input: [String: InputValue], options: CreateOptions
    ) async throws -> Prediction {
        switch try await claim(workflowID, input: input, options: options) {
        case .recorded(let prediction): return prediction
        case .new(let key):
            let resolved = try await recordingFailure(key) {
                try await InputResolution(files: files, encoding: options.fileEncoding).resolve(input)
            }
            return try await send(workflowID, input: resolved, options: options, key: key)
        }
    }

    static func check(_ workflowID: String, _ options: CreateOptions) throws {
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
    func send(
        _ workflowID: String, input: [String: JSONValue], options: CreateOptions, key: JournalKey,
        limit: Duration? = nil
    ) async throws -> Prediction {
        var body = options.body
        body["workflow_id"] = .string(workflowID)
        body["inputs"] = .object(input)
        var headers = HTTPFields()
        if !options.resourceConfigIDs.isEmpty {
            headers[.resourceConfigID] = options.resourceConfigIDs.joined(separator: ",")
        }
        let createdAt = caller.dependencies.now()
        do {
            let envelope = try await caller.call(
                .create, .object(body), headers: headers,
                intent: CreateIntent(journal: caller.dependencies.journal, key: key), limit: limit)
            guard let id = envelope.data.first("taskId", "task_id")?.lenientIdentifier else {
                throw SpeedPixError(
                    .unknownOutcome, "the service accepted the create but its answer has no taskId",
                    remedy: "look in the console before you create it again, or it may be paid for twice",
                    requestID: envelope.requestID)
            }
            var prediction = Prediction(id: id)
            prediction.workflowID = workflowID
            prediction.label = options.label
            prediction.input = input
            prediction.createdAt = createdAt
            prediction.apply(created: envelope.data)
            caller.pipeline.metrics?.created()
            caller.logger.debug("created", metadata: ["prediction": "\(id)", "workflow": "\(workflowID)"])
            try await record(prediction, key)
            return prediction
        } catch let error as SpeedPixError where error.code == .unknownOutcome {
            await record { try await $0.recordInDoubt(key, error) }
            throw error
        } catch {
            // What has an id was created, whatever the journal made of it.
            if (error as? SpeedPixError)?.prediction == nil {
                await record { try await $0.recordNotMade(key) }
            }
            throw error
        }
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
        if let recorded = try Self.recorded(prediction) { return recorded }
        let follower = PredictionFollower(prediction, predictions: self, options: options)
        return caller.isTraced ? try await tracedEnd(of: follower) : try await end(of: follower)
    }

    /// A prediction whose end a journal has, if it succeeded; nil for one that is to be waited for.
    ///
    /// - Throws: ``SpeedPixError`` if it did not succeed.
    @inline(never)  // TaskFrames.swift
    static func recorded(_ prediction: Prediction) throws -> Prediction? {
        prediction.isReused && prediction.isComplete ? try finished(prediction) : nil
    }

    /// As ``end(of:)``, with a span. A function of its own: waits without one are to stay small, see TaskFrames.swift.
    @inline(never)
    func tracedEnd(of follower: PredictionFollower) async throws -> Prediction {
        guard let tracing = caller.pipeline.tracing else { return try await end(of: follower) }
        return try await tracing.prediction("wait", id: follower.prediction.id) { try await end(of: follower) }
    }

    /// - Parameter limit: A call has tries and a time limit of its own; together they could outlast a wait by minutes.
    func poll(_ prediction: Prediction, limit: Duration? = nil) async throws -> Prediction {
        let envelope = try await caller.call(.progress, ["taskId": .string(prediction.id)], limit: limit)
        var updated = prediction
        try updated.apply(progress: envelope.data, requestID: envelope.requestID)
        return updated
    }

    /// A success whose result is refused falls back on the picture that its poll showed.
    private func fetchResultOrCurrentImage(_ prediction: Prediction) async throws -> Prediction {
        do {
            return try await fetchResult(prediction).0
        } catch let error as SpeedPixError where !error.isRetryable {
            guard let completed = prediction.completedByCurrentImage(now: caller.dependencies.now()) else {
                throw error
            }
            return completed
        }
    }

    /// The prediction with its result, and how many seconds it had ended by then, if the service told.
    func fetchResult(_ prediction: Prediction, limit: Duration? = nil) async throws -> (Prediction, age: Double?) {
        let envelope: Envelope
        do {
            envelope = try await caller.call(.result, ["taskId": .string(prediction.id)], limit: limit)
        } catch let error as SpeedPixError where prediction.status != .succeeded {
            // The service may describe a failed run by refusing its result; that is the failure's reason.
            var failed = prediction
            failed.error =
                failed.error
                ?? (error.isRetryable ? "its reason could not be fetched: \(error.message)" : error.message)
            return (failed, nil)
        }
        var updated = prediction
        try updated.apply(result: envelope.data, requestID: envelope.requestID, now: caller.dependencies.now())
        // Both by the service's clock: this machine's may be off.
        let endedAt = Prediction.endTime(in: envelope.data)
        return (updated, endedAt.flatMap { envelope.date?.timeIntervalSince($0) })
    }

    /// The prediction if it has succeeded; its end as an error otherwise.
    static func finished(_ prediction: Prediction) throws -> Prediction {
        switch prediction.status {
        case .succeeded:
            return prediction
        case .canceled where prediction.isReused && prediction.error == Prediction.givenUp:
            // As the attempt before has had it, and gone on from there.
            throw SpeedPixError(
                .timeout, "an attempt before gave it up, and it was canceled at the service", prediction: prediction)
        case .canceled:
            throw SpeedPixError(.canceled, "the prediction was canceled", prediction: prediction)
        default:
            throw SpeedPixError(
                .predictionFailed,
                prediction.error?.printable(keepingLines: true) ?? "the prediction failed without a reason",
                remedy: prediction.workflowID.map { "check the input against the workflow \($0)" },
                prediction: prediction)
        }
    }
}
