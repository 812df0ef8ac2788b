import SpeedPixBatch

extension BatchAttempt {
    /// Writes the report of a batch that has ended, if one is wanted.
    ///
    /// - Returns: The result, which a report that cannot be written turns into a failure.
    func writeReport(_ result: BatchResult) async -> BatchResult {
        guard let report else { return result }
        return await report.write(
            facts(report, result), problem: result.problem, after: result, isSaid: !plan.isQuiet && events == nil)
    }

    private func facts(_ report: BatchReport, _ result: BatchResult) -> [String] {
        let state = recorder.state
        let elapsed = result.summary?.elapsed ?? .zero
        var facts = [
            report.timeOfDay(report.began), "\(result.end.status) after \(DurationText.short(elapsed))",
            CountText.of(state.total, "row"),
        ]
        if state.skipped > 0 { facts.append("\(CountText.grouped(state.skipped)) done by attempts before") }
        if state.created > 0 { facts.append("\(CountText.of(state.created, "prediction")) created") }
        if state.reused > 0 { facts.append("\(CountText.grouped(state.reused)) from attempts before") }
        return facts
    }
}

extension BatchPlan {
    /// What a report of the batch is of.
    func reported(_ journaling: BatchJournaling) -> BatchReport.Subject {
        BatchReport.Subject(
            title: "\(name) · \(table.name)", count: rows.count, results: results,
            redaction: Redaction(secrets).adding(host.configuration), isQuiet: isQuiet, run: journaling.journal?.run,
            recorded: journaling.recorded)
    }
}
