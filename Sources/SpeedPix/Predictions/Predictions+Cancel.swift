extension Predictions {
    /// Ends a prediction at the service. One that has ended already stays as it is.
    ///
    /// - Returns: The prediction as the service has it now: `canceled`, unless it had ended before.
    /// - Throws: ``SpeedPixError`` with code `unsupported` from a service that has no such call; the prediction then
    ///   goes on, and will be paid for.
    @discardableResult
    public func cancel(_ id: String) async throws -> Prediction {
        try await cancel(Prediction(id: id))
    }

    /// Ends a prediction at the service, keeping what only this side knows of it.
    @discardableResult
    public func cancel(_ prediction: Prediction) async throws -> Prediction {
        caller.dependencies.journal.recordCancelWanted(prediction.id)
        let updated = try await askToCancel(prediction)
        if updated.status == .canceled { await recordEnd(of: updated, byCaller: true) }
        return updated
    }

    /// The call alone.
    func askToCancel(_ prediction: Prediction) async throws -> Prediction {
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
