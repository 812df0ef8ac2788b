extension SpeedPixClient {
    /// The workflows that a gateway offers: those that come with it, and those that were published there.
    ///
    /// The call is this project's own: no public source of the service has it, whose workflows are in its console, and the local
    /// gateway offers it.
    ///
    /// - Returns: By their ids, in alphabetical order.
    /// - Throws: ``SpeedPixError``: `unsupported` from a service that has no such call. `CancellationError` if the task is
    ///   cancelled.
    public func workflows() async throws -> [WorkflowDescription] {
        try await descriptions([:], feature: "a list of workflows")
    }

    /// One of the workflows that a gateway offers.
    ///
    /// The call is this project's own: no public source of the service has it, and the local gateway offers it.
    ///
    /// - Parameter id: As creates name it.
    /// - Throws: ``SpeedPixError``: `unsupported` from a service that has no such call, `api_error` if there is no such workflow.
    ///   `CancellationError` if the task is cancelled.
    public func workflow(_ id: String) async throws -> WorkflowDescription {
        guard !id.isEmpty else { throw SpeedPixError(.invalidArgument, "the workflow's id is empty") }
        let found = try await descriptions(["workflow_id": .string(id)], feature: "a description of a workflow")
        guard let workflow = found.first else {
            throw SpeedPixError(.invalidResponse, "the answer about the workflow \(id) does not describe it")
        }
        return workflow
    }

    private func descriptions(_ body: JSONValue, feature: String) async throws -> [WorkflowDescription] {
        let data: JSONValue
        do {
            data = try await predictions.caller.call(.workflows, body).data
        } catch let error as SpeedPixError {
            throw error.asUnsupported(feature)
        }
        guard let entries = data["workflows"]?.arrayValue else {
            throw SpeedPixError(.invalidResponse, "the answer about workflows has no list of them")
        }
        return entries.compactMap { WorkflowDescription($0) }
    }
}
