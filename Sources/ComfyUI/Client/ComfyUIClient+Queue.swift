package import SpeedPix

extension ComfyUIClient {
    /// What waits and runs.
    package func queue() async throws -> QueueSnapshot {
        // Each prompt stands in it as a whole.
        let json = try json(
            try await answer(.get, "/queue", limit: limits.largeCall, bodyLimit: limits.largeBody))
        guard let snapshot = QueueSnapshot(json) else { throw malformed("its queue is no queue") }
        return snapshot
    }

    /// Puts a prompt into the server's queue. It is sent once: the same id posted twice runs twice.
    ///
    /// - Parameters:
    ///   - prompt: A graph in API format.
    ///   - promptID: A UUID in lower case, by which it is known from then on.
    ///   - clientID: Whose WebSocket gets the frames of this prompt.
    ///   - extraData: What else is kept with it, such as `preview_method`; an object.
    ///   - partialTargets: The ids of the output nodes that are to run; nil for all.
    /// - Throws: ``ComfyUIError`` with code `refused` and a ``ComfyUIError/refusal`` if the server does not take it. If
    ///   ``ComfyUIError/mayHaveTakenEffect`` is true, the prompt may be in the queue: look for it before it is posted again.
    package func submit(
        prompt: JSONValue, promptID: String, clientID: String, extraData: JSONValue = [:],
        partialTargets: [String]? = nil
    ) async throws -> SubmittedPrompt {
        var body: [String: JSONValue] = [
            "prompt": prompt, "prompt_id": .string(promptID), "client_id": .string(clientID), "extra_data": extraData,
        ]
        if let partialTargets { body["partial_execution_targets"] = .array(partialTargets.map(JSONValue.string)) }
        let answer = try await post(
            "/prompt", .object(body), limit: limits.submit, bodyLimit: limits.refusalBody)
        if answer.status == 400 { throw refused(answer, prompt: prompt) }
        let json = try json(answer)
        guard let id = json["prompt_id"]?.stringValue else { throw malformed("it took a prompt, but gave it no id") }
        let refusal = PromptRefusal(answer: json, prompt: prompt)
        return SubmittedPrompt(promptID: id, leftOut: refusal)
    }

    private func refused(_ answer: Answer, prompt: JSONValue) -> ComfyUIError {
        var error = address.failure(answer.status, headers: answer.headers, body: answer.body)
        guard let json = try? PythonJSON.parse(answer.body.readableBytesView),
            let refusal = PromptRefusal(answer: json, prompt: prompt)
        else { return error }
        error.message = "\(address): \(refusal)"
        error.remedy = refusal.remedy
        error.refusal = refusal
        return error
    }

    /// Takes prompts that wait out of the queue. They leave no trace; whether they were there is not answered.
    package func removeFromQueue(_ promptIDs: [String]) async throws {
        try check(try await post("/queue", ["delete": .array(promptIDs.map(JSONValue.string))]))
    }

    /// Stops a prompt that runs, at the end of its node or step.
    ///
    /// Versions of 2025 ignore the id and stop whatever runs: ask ``queue()`` right before.
    package func interrupt(promptID: String) async throws {
        try check(try await post("/interrupt", ["prompt_id": .string(promptID)]))
    }

    /// Stops a prompt whether it waits or runs, and no other.
    ///
    /// - Returns: Whether the server knew it; nil if the server has no such call, which came in 2026.
    package func cancelJob(_ promptID: String) async throws -> Bool? {
        let answer = try await post("/jobs/\(PercentEncoding.encode(promptID))/cancel", [:])
        switch answer.status {
        case 405: return nil
        // A route that is missing: of GET alone, or by the web server, in plain text.
        case 404: return nil
        default:
            try check(answer)
            // `{"cancelled": false}` for one that it does not know, or that has ended.
            return try PythonJSON.parse(answer.body.readableBytesView)["cancelled"] != .bool(false)
        }
    }
}
