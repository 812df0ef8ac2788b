import SpeedPix

/// `/scc/comfy_get_progress`: how far a prediction is.
struct ProgressCall: ServiceCall {
    let route = Route.progress
    let queue: PredictionQueue
    let urls: URLSigner

    func answer(_ call: SignedCall) async throws -> JSONValue {
        let record = try await queue.prediction(
            try call.body.requiredText("taskId", "task_id"), for: call.caller)
        let reported = record.progress.current
        let isDone = record.status == .succeeded
        let message: JSONValue =
            switch record.status {
            case .failed: .string(record.failure ?? "")
            case .canceled: .string(Refusal.canceled.message)
            case .running: reported.step.map { .string($0) } ?? .null
            default: .null
            }
        var answer: [String: JSONValue] = [
            "taskId": .string(record.id), "status": .string(record.status.progressWord),
            "progress": .double(isDone ? 1 : reported.fraction),
            "etaRelative": .double(record.eta / .seconds(1)), "message": message,
            "lastQueueRemaining": .integer(Int64(await queue.remaining(before: record))),
            "state": [
                "nodeLabel": reported.step.map { .string($0) } ?? .null,
                "step": .integer(Int64(reported.number ?? 0)), "maxSteps": .integer(Int64(reported.total ?? 0)),
            ],
            // There are clients that take their download from here and never ask for the result.
            "currentImage": record.outputs.firstFile.map { .string(urls.url(of: $0, in: call)) } ?? .null,
        ]
        if record.status == .canceled { answer["canceled"] = true }
        return .object(answer)
    }
}
