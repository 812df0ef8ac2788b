extension Predictions {
    /// Ends a prediction at the service. One that has ended already stays as it is.
    ///
    /// - Returns: The prediction as the service has it now: `canceled`, unless it had ended before.
    /// - Throws: ``SpeedPixError`` with the prediction: `unsupported` from a service that has no such call; the prediction then
    ///   goes on, and will be paid for. `CancellationError` if the task is cancelled; the prediction may be canceled all the
    ///   same.
    @discardableResult
    public func cancel(_ id: String) async throws -> Prediction {
        try await cancel(Prediction(id: id))
    }

    /// Ends a prediction at the service, keeping what only this side knows of it. One that has ended already stays
    /// as it is.
    ///
    /// - Returns: The prediction as the service has it now: `canceled`, unless it had ended before.
    /// - Throws: ``SpeedPixError`` with the prediction: `unsupported` from a service that has no such call; the prediction then
    ///   goes on, and will be paid for. `CancellationError` if the task is cancelled; the prediction may be canceled all the
    ///   same.
    @discardableResult
    public func cancel(_ prediction: Prediction) async throws -> Prediction {
        caller.dependencies.journal.recordCancelWanted(prediction.id)
        let updated = try await requests.cancel(prediction)
        if updated.status == .canceled { await recordEnd(of: updated, byCaller: true) }
        return updated
    }
}
