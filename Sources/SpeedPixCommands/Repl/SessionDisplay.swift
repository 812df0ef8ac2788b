/// Shows below a session's output what runs, for as long as it does.
struct SessionDisplay: Sendable {
    let output: SessionOutput
    /// The command's own streams, which it is drawn on.
    let process: CommandContext
    /// Receives the session's events.
    let recorder: RunRecorder
    /// Draws previews of predictions; nil if they cannot be shown.
    let previews: PreviewDisplay?
    /// Whether a person sees the session; otherwise nothing is shown.
    let isInteractive: Bool

    /// Runs `body` with a sign that it runs, and what, below its output; that is gone when `body` has ended.
    ///
    /// - Throws: What `body` throws.
    func run<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        guard isInteractive, process.errorTerminal() != nil else { return try await body() }
        let begin = recorder.elapsed()
        let style = ProgressFrame.Style(process.environment)
        let display = LiveDisplay(process, previews: previews) { [recorder] size in
            recorder.withState { state in
                let frame = ProgressFrame(state: state, elapsed: recorder.elapsed(), size: size, style: style)
                return LiveFrame(
                    lines: SessionProgress.lines(frame, since: begin),
                    preview: SessionProgress.preview(frame, since: begin))
            }
        }
        return try await output.showing(display, body)
    }
}
