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
            // What an earlier input created and did not wait for is in `:jobs`.
            guard case .job(let job) = row else { return true }
            return job.createdAt >= begin || job.updatedAt >= begin
        }
        let text = "\(DurationText.clock(elapsed)), Ctrl-C stops it"
        return [TerminalText.fitted(text, columns: frame.size.columns - 1, ellipsis: "~")] + rows
    }
}
