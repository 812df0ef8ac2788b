import SpeedPixBatch

extension BatchAttempt {
    /// Writes the report of a batch that has ended, if one is wanted.
    ///
    /// - Returns: The result, which a report that cannot be written turns into a failure.
    func writeReport(_ result: BatchResult) async -> BatchResult {
        guard let report else { return result }
        var result = result
        do {
            let path = try await report.write(recorder.state, end: result.end, summary: result.summary)
            if !plan.isQuiet, events == nil { context.say("report: \(path)".printable()) }
        } catch {
            // What has gone wrong before matters more.
            let problem = RunEnd(error, script: nil, in: context)
            if result.end.failure == nil {
                result.end = problem
            } else {
                context.say("speedpix: \(problem.message ?? "")".printable())
            }
        }
        return result
    }
}
