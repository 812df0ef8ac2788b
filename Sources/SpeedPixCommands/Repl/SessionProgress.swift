import SpeedPix

/// What a session shows below its output while something runs.
enum SessionProgress {
    /// What ends within this time needs no sign that it runs.
    static let delay: Duration = .seconds(1)

    /// - Parameters:
    ///   - frame: Of the whole session.
    ///   - begin: When what runs began, since the session did.
    /// - Returns: How long it runs, and its predictions and transfers; nothing at first.
    static func lines(_ frame: ProgressFrame, since begin: Duration) -> [String] {
        let elapsed = frame.elapsed - begin
        guard elapsed >= delay else { return [] }
        let rows = frame.rows { row in
            guard case .job(let job) = row else { return true }
            return isShown(job, since: begin)
        }
        let text = "\(DurationText.clock(elapsed)), Ctrl-C stops it"
        return [TerminalText.fitted(text, columns: frame.size.columns - 1, ellipsis: "~")] + rows
    }

    /// The newest preview, if it is of one of the predictions that are shown.
    static func preview(_ frame: ProgressFrame, since begin: Duration) -> LiveFrame.Preview? {
        guard frame.elapsed - begin >= delay, let url = frame.state.preview, let job = frame.state.previewedJob,
            isShown(job, since: begin)
        else { return nil }
        return LiveFrame.Preview(url: url)
    }

    /// What an earlier input created and did not wait for is in `:jobs`.
    private static func isShown(_ job: RunState.Job, since begin: Duration) -> Bool {
        job.createdAt >= begin || job.updatedAt >= begin
    }
}
