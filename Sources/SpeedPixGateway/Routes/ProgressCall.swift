import SpeedPix

/// `/scc/comfy_get_progress`: how far a prediction is.
struct ProgressCall: ServiceCall {
    let route = Route.progress
    let queue: PredictionQueue
    let urls: URLSigner

    func answer(_ call: SignedCall) async throws -> JSONValue {
        let record = try await queue.prediction(
            try call.body.requiredText("taskId", "task_id"), for: call.caller)
        return Self.json(
            record, remaining: await queue.remaining(before: record), AnswerURLs(urls, for: call))
    }

    /// - Parameter remaining: How many predictions start before it at this gateway.
    static func json(_ record: PredictionRecord, remaining: Int, _ urls: AnswerURLs) -> JSONValue {
        let reported = record.progress.current
        let isDone = record.status == .succeeded
        let message: JSONValue =
            switch record.status {
            case .failed: .string(record.failure ?? "")
            case .canceled: .string(Refusal.canceled.message)
            case .running where reported.ahead == nil: reported.step.map { .string($0) } ?? .null
            default: .null
            }
        var answer: [String: JSONValue] = [
            "taskId": .string(record.id), "status": .string(record.shownStatus.progressWord),
            "progress": .double(isDone ? 1 : reported.fraction),
            "etaRelative": .double(record.eta / .seconds(1)), "message": message,
            "lastQueueRemaining": .integer(Int64(remaining + (reported.ahead ?? 0))),
            "state": [
                "nodeLabel": reported.step.map { .string($0) } ?? .null,
                "step": .integer(Int64(reported.number ?? 0)), "maxSteps": .integer(Int64(reported.total ?? 0)),
            ],
            // There are clients that take their download from here and never ask for the result.
            "currentImage": currentImage(of: record, urls),
        ]
        if record.status == .canceled { answer["canceled"] = true }
        return .object(answer)
    }

    /// The preview while it runs, and the first result at the end.
    private static func currentImage(of record: PredictionRecord, _ urls: AnswerURLs) -> JSONValue {
        if let file = record.outputs.firstFile { return .string(urls.url(of: file)) }
        guard record.status == .running, let preview = record.progress.current.preview else { return .null }
        return .string(urls.url(ofPreview: preview.number, of: record.id))
    }
}
