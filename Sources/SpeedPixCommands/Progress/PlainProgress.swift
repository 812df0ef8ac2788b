/// A run's progress as lines: for logs, pipes and terminals that can do no better.
struct PlainProgress {
    /// How often it says that it is alive.
    static let heartbeat: Duration = .seconds(60)

    /// The line for a change of a prediction.
    static func line(_ change: RunState.Change, at time: Duration) -> String {
        let text: String
        switch change {
        case .created(let job): text = "created \(job.name) \(job.id)"
        case .reused(let job): text = (job.hadEnded ? "reused" : "going on with") + " \(job.name) \(job.id)"
        case .running(let job): text = "running \(job.name) \(job.id)"
        case .ended(let prediction, let after):
            let name = RunState.name(label: prediction.label, workflow: prediction.workflowID ?? "prediction")
            let what = "\(name) \(prediction.id)"
            let took = after.map { " in \(DurationText.short($0))" } ?? ""
            switch prediction.status {
            case .succeeded:
                text = [
                    "done \(what)\(took)", prediction.succeededWithoutOutput ? "without any output" : nil,
                    ResultWarnings(prediction).text,
                ].compactMap(\.self).joined(separator: ", ")
            case .canceled: text = "canceled \(what)\(took)"
            default: text = "failed \(what)\(took): \(prediction.error ?? "without a reason")"
            }
        }
        return "\(DurationText.clock(time)) \(text)".printable()
    }

    /// What is said once a minute.
    static func heartbeat(_ state: RunState, at time: Duration) -> String {
        var parts = ["\(state.succeeded) done", "\(state.running) running", "\(state.queued) queued"]
        if state.failed > 0 { parts.append("\(state.failed) failed") }
        if state.canceled > 0 { parts.append("\(state.canceled) canceled") }
        return "\(DurationText.clock(time)) at work: \(parts.joined(separator: ", "))"
    }

    /// Runs the body, and says a line once a minute until it has ended.
    ///
    /// - Throws: What the body throws.
    static func withHeartbeat(
        _ context: CommandContext, line: @escaping @Sendable () -> String,
        during body: @escaping @Sendable () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await body() }
            group.addTask {
                while true {
                    try await context.clock.sleep(for: heartbeat)
                    context.say(line())
                }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}
