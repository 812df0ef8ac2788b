import SpeedPix

/// `/scc/comfy_get_progress`: how far a prediction is.
struct ProgressCall: ServiceCall {
    /// In seconds.
    private static let previewStep: Int64 = 600

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
            case .running where reported.ahead == nil: reported.step.map { .string($0) } ?? .null
            default: .null
            }
        var answer: [String: JSONValue] = [
            "taskId": .string(record.id), "status": .string(record.shownStatus.progressWord),
            "progress": .double(isDone ? 1 : reported.fraction),
            "etaRelative": .double(record.eta / .seconds(1)), "message": message,
            "lastQueueRemaining": .integer(
                Int64(await queue.remaining(before: record) + (reported.ahead ?? 0))),
            "state": [
                "nodeLabel": reported.step.map { .string($0) } ?? .null,
                "step": .integer(Int64(reported.number ?? 0)), "maxSteps": .integer(Int64(reported.total ?? 0)),
            ],
            // There are clients that take their download from here and never ask for the result.
            "currentImage": currentImage(of: record, call),
        ]
        if record.status == .canceled { answer["canceled"] = true }
        return .object(answer)
    }

    /// The preview while it runs, and the first result at the end.
    private func currentImage(of record: PredictionRecord, _ call: SignedCall) -> JSONValue {
        if let file = record.outputs.firstFile { return .string(urls.url(of: file, in: call)) }
        guard record.status == .running, let preview = record.progress.current.preview else { return .null }
        // The same for some minutes: whoever is shown it looks again only when there is another picture.
        let expires = (call.urlExpiry / Self.previewStep + 1) * Self.previewStep
        return .string(urls.url(ofPreview: preview.number, of: record.id, expires: expires, origin: call.origin))
    }
}
