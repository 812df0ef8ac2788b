import SpeedPix

/// `/scc/comfy_prompt`: checks a prediction's inputs and queues it.
struct CreateCall: ServiceCall {
    let route = Route.create
    let creation: PredictionCreation

    func answer(_ call: SignedCall) async throws -> JSONValue {
        let body = call.body
        let order = PredictionOrder(
            workflow: try body.requiredText("workflow_id", "workflowId"), alias: try body.text("alias_id", "aliasId"),
            version: try body.text("version_id", "versionId"), inputs: body.value("inputs"),
            seeds: try body.flag("randomise_seeds", "randomizeSeeds") == true ? .missing : .given,
            size: call.bodySize)
        _ = try body.flag("return_temp_files", "returnTempFiles")
        guard order.alias != nil || order.version != nil else {
            throw Refusal.invalidParameter("alias_id or version_id is required (most workflows have the alias main)")
        }
        let record = try await creation.create(order, by: call.caller, nonce: call.nonce, now: call.now)
        return [
            "taskId": .string(record.id), "status": .string(record.shownStatus.rawValue),
            "estimatedDurationInSeconds": .double(record.estimate / .seconds(1)),
        ]
    }
}
