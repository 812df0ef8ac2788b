#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The service's calls about one prediction, each by itself: without the journal, and without waiting for the prediction.
struct PredictionRequests: Sendable {
    let caller: ServiceCaller

    /// Asks the service how a prediction stands.
    ///
    /// - Parameter limit: A call has tries and a time limit of its own; together they could outlast a wait by minutes.
    /// - Throws: ``SpeedPixError``; `CancellationError` if the task is cancelled.
    func poll(_ prediction: Prediction, limit: Duration? = nil) async throws -> Prediction {
        let envelope = try await caller.call(.progress, ["taskId": .string(prediction.id)], limit: limit)
        var updated = prediction
        try updated.apply(progress: envelope.data, requestID: envelope.requestID)
        return updated
    }

    /// The prediction with its result, and how many seconds it had ended by then, if the service reports them.
    ///
    /// - Parameter limit: As of ``poll(_:limit:)``.
    /// - Throws: ``SpeedPixError``; `CancellationError` if the task is cancelled.
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

    /// Asks the service to end a prediction.
    ///
    /// - Returns: The prediction with the status that the service gives it now.
    /// - Throws: ``SpeedPixError`` with the prediction: `unsupported` from a service that has no such call.
    func cancel(_ prediction: Prediction) async throws -> Prediction {
        guard !prediction.id.isEmpty else {
            throw SpeedPixError(.invalidArgument, "the prediction id is empty")
        }
        do {
            let envelope = try await caller.call(.cancel, ["taskId": .string(prediction.id)])
            var updated = prediction
            guard let word = envelope.data.first("status")?.lenientString else {
                throw SpeedPixError(
                    .invalidResponse, "the answer to the cancel does not say how the prediction stands",
                    requestID: envelope.requestID)
            }
            updated.status = Prediction.Status(word: word)
            return updated
        } catch let error as SpeedPixError {
            throw error.asUnsupported("cancelling a prediction").about(prediction)
        }
    }
}
