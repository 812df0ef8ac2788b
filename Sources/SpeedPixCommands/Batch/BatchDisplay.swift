import SpeedPixBatch

/// Shows the progress of a batch on standard error for as long as it runs.
struct BatchDisplay: Sendable {
    let context: CommandContext
    let mode: ProgressMode
    let recorder: BatchRecorder
    /// Draws the previews of rows; nil where there are none, or they cannot be shown.
    var previews: PreviewDisplay?
    /// Why no row begins any more; asked at each drawing.
    let stop: @Sendable () -> BatchStop?

    /// Runs `body` with a context whose streams get along with the display.
    func run(_ body: @escaping @Sendable (CommandContext) async throws -> Void) async throws {
        switch mode {
        case .tty:
            let style = ProgressFrame.Style(context.environment)
            let display = LiveDisplay(context, previews: previews) { [recorder, stop] size in
                let (state, elapsed) = recorder.withState { ($0, recorder.elapsed()) }
                let frame = BatchFrame(state: state, stop: stop(), elapsed: elapsed, size: size, style: style)
                return LiveFrame(
                    lines: frame.lines,
                    preview: state.preview.map { LiveFrame.Preview(url: $0.url, name: $0.label) })
            }
            try await display.run(body)
        case .plain:
            try await PlainProgress.withHeartbeat(context) { [recorder, stop] in
                let (state, elapsed) = recorder.withState { ($0, recorder.elapsed()) }
                return BatchText.heartbeat(state, stop: stop(), at: elapsed)
            } during: {
                try await body(context)
            }
        case .none, .auto: try await body(context)
        }
    }
}
