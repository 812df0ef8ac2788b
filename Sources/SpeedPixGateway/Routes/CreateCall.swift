import SpeedPix

/// `/scc/comfy_prompt`: checks a prediction's inputs and queues it.
struct CreateCall: ServiceCall {
    let route = Route.create
    let store: ObjectStore
    let catalogue: WorkflowCatalogue
    let preparation: InputPreparation
    let queue: PredictionQueue
    let sweep: StorageSweep
    let random: @Sendable () -> UInt64

    func answer(_ call: SignedCall) async throws -> JSONValue {
        await sweep.runIfDue()
        let body = call.body
        let id = try body.requiredText("workflow_id", "workflowId")
        let alias = try body.text("alias_id", "aliasId")
        let version = try body.text("version_id", "versionId")
        let randomises = try body.flag("randomise_seeds", "randomizeSeeds") ?? false
        _ = try body.flag("return_temp_files", "returnTempFiles")
        guard alias != nil || version != nil else {
            throw Refusal.invalidParameter("alias_id or version_id is required (most workflows have the alias main)")
        }
        let offered = try catalogue.workflow(id, alias: alias, version: version)
        let given = body.value("inputs") ?? .object([:])
        guard var inputs = given.objectValue else {
            throw Refusal.invalidParameter("inputs must be an object, not \(given.kindDescription)")
        }
        let seeds = randomises ? drawSeeds(of: offered.workflow, in: &inputs) : []
        let prepared = try await preparation.prepare(inputs, for: offered.workflow, now: call.now)
        try await offered.backend.check(offered.workflow, inputs: prepared)
        try await store.checkRoom(for: call.caller)
        let record = try await queue.submit(
            offered, inputs: prepared, given: inputs, seeds: seeds, footprint: 1024 + call.bodySize, by: call.caller,
            nonce: call.nonce)
        return [
            "taskId": .string(record.id), "status": .string(record.shownStatus.rawValue),
            "estimatedDurationInSeconds": .double(record.estimate / .seconds(1)),
        ]
    }

    /// Draws what the caller has not given: a seed that was chosen stays, since it is given for its picture.
    ///
    /// - Returns: The seeds of a workflow from ComfyUI, with those that are no inputs.
    private func drawSeeds(of workflow: any Workflow, in inputs: inout [String: JSONValue]) -> [SeedValue] {
        guard let published = workflow as? PublishedWorkflow else {
            fillSeed(of: workflow, in: &inputs)
            return []
        }
        let given = Set(inputs.filter { $0.value != .null }.keys)
        let seeds = WorkflowSubstitution(workflow: published).drawnSeeds(given: given, random: random)
        for seed in seeds {
            guard let input = published.publishedInputs.first(where: { $0.field == seed.field }) else { continue }
            inputs[input.name] = .integer(seed.value)
        }
        return seeds
    }

    private func fillSeed(of workflow: any Workflow, in inputs: inout [String: JSONValue]) {
        guard let seed = workflow.inputs.first(where: { $0.name == "seed" && $0.kind == .integer }),
            inputs["seed"] ?? .null == .null
        else { return }
        let low = Self.seedBound((seed.minimum ?? 0).rounded(.up), otherwise: 0)
        let high = Self.seedBound((seed.maximum ?? 0x1p53).rounded(.down), otherwise: 1 << 53)
        guard low <= high else { return }
        inputs["seed"] = .integer(low + Int64(random() % (UInt64(high - low) + 1)))
    }

    /// - Parameter standard: Instead of what is no number.
    private static func seedBound(_ number: Double, otherwise standard: Int64) -> Int64 {
        // Seeds beyond 2^53 would not survive clients that keep numbers as floats.
        number.isNaN ? standard : Int64(min(max(number, -0x1p53), 0x1p53))
    }
}
