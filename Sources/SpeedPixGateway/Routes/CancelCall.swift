import SpeedPix

/// `/scc/comfy_cancel`: ends a prediction. Asking twice, or too late, changes nothing and is not an error.
struct CancelCall: ServiceCall {
    let route = Route.cancel
    let queue: PredictionQueue

    func answer(_ call: SignedCall) async throws -> JSONValue {
        let record = try await queue.cancel(try call.body.requiredText("taskId", "task_id"), for: call.caller)
        return ["taskId": .string(record.id), "status": .string(record.status.rawValue)]
    }
}
