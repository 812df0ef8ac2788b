import SpeedPixBatch

extension BatchReport {
    /// Writes the page of a batch that has ended, or is followed no more.
    ///
    /// - Parameters:
    ///   - facts: What stands below the title.
    ///   - problem: Why not every row is done; nil for no reason.
    ///   - isSaid: Whether it is said where the page is.
    /// - Returns: The result, which a page that cannot be written turns into a failure.
    func write(_ facts: [String], problem: String?, after result: BatchResult, isSaid: Bool) async -> BatchResult {
        var result = result
        do {
            let path = try await write(facts, problem: problem)
            if isSaid { context.say("report: \(path)".printable()) }
        } catch {
            // What has gone wrong before matters more.
            let end = RunEnd(error, script: nil, in: context)
            if result.end.failure == nil {
                result.end = end
            } else {
                context.say("speedpix: \(end.message ?? "")".printable())
            }
        }
        return result
    }
}
