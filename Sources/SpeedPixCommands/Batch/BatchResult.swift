import SpeedPix
import SpeedPixBatch

/// How a batch ended, for the command and for the last event.
struct BatchResult: Sendable {
    var end: RunEnd
    /// Nil for a batch that never began.
    var summary: BatchSummary?
    /// Its number in the journal; nil if nothing was written down.
    var run: Int64?

    /// Why not every row is done, as a report has it; nil for no reason.
    var problem: String? { end.failure == nil ? nil : summary?.stop?.sentence ?? end.message }

    func fields(in context: CommandContext) -> [String: JSONValue] {
        var fields = end.fields(in: context)
        if let summary { fields["rows"] = summary.fields }
        if let run { fields["run"] = .integer(run) }
        return fields
    }
}

extension RunEnd {
    /// How a batch ended: by what stopped it, else by its rows.
    init(
        batch state: BatchState, stop: BatchStop?, failure: (any Error)?, outputFailure: (any Error)?,
        in context: CommandContext
    ) {
        if let outputFailure, !context.end.hasBegun {
            self.init(outputFailed: outputFailure)
            return
        }
        if stop == .interrupted {
            self.init(CancellationError(), script: nil, in: context)
            return
        }
        if let failure {
            self.init(failure, script: nil, in: context)
            return
        }
        let left = state.failed + state.inDoubt + state.notRun
        guard left > 0 else {
            self = .success
            return
        }
        let isLater = stop?.isTemporary == true
        let status: ExitStatus = isLater ? .later : .predictionFailed
        let message =
            isLater
            ? "\(CountText.of(state.remaining, "row")) left: \(stop?.sentence ?? "")"
            : "\(CountText.of(left, "row")) of \(CountText.grouped(state.total)) \(left == 1 ? "is" : "are") not done"
        self.init(CommandFailure(status, message.printable()), script: nil, in: context)
        code = isLater ? stop?.code : "rows_failed"
    }
}
