extension Predictions {
    /// Creates a prediction and waits for its end.
    ///
    /// - Returns: The succeeded prediction; its ``Prediction/output`` holds the workflow's named outputs.
    /// - Throws: As ``create(_:input:options:)`` and ``wait(for:options:)``. When the task is cancelled after the create,
    ///   the prediction goes on at the service and `onCreated` has told its id.
    public func run(
        _ workflowID: String,
        input: [String: JSONValue],
        options: CreateOptions = CreateOptions(),
        wait: WaitOptions = WaitOptions(),
        onCreated: (@Sendable (Prediction) async -> Void)? = nil
    ) async throws -> Prediction {
        let prediction = try await create(workflowID, input: input, options: options)
        await onCreated?(prediction)
        return try await self.wait(for: prediction, options: wait)
    }
}
