import SpeedPix

/// What a run came to.
struct RunResult {
    let end: RunEnd
    /// What it did; nil if it never began.
    var summary: RunSummary?
    /// Its number in the journal; nil if nothing was written down.
    var run: Int64?
}

extension RunResult {
    /// What `run.finished` has.
    func fields(in context: CommandContext) -> [String: JSONValue] {
        var fields = end.fields(in: context)
        guard let summary else { return fields }
        fields["summary"] = summary.fields
        fields["unfinished"] = .array(summary.state.unfinished.map { .string($0.id) })
        fields["unsaved"] = .array(summary.state.unsaved.entries.map { .string($0.id) })
        fields["run"] = run.map { .integer($0) }
        return fields
    }
}
