import SpeedPixBatch

/// Shows the progress of a batch on standard error for as long as it runs.
struct BatchDisplay: Sendable {
    let context: CommandContext
    let mode: ProgressMode
    let recorder: BatchRecorder
    /// Why no row begins any more; asked at each drawing.
    let stop: @Sendable () -> BatchStop?

    /// Runs `body` with a context whose streams get along with the display.
    func run(_ body: @escaping @Sendable (CommandContext) async throws -> Void) async throws {
        switch mode {
        case .tty:
            let style = ProgressFrame.Style(context.environment)
            let display = LiveDisplay(context) { [recorder, stop] size in
                let (state, elapsed) = recorder.withState { ($0, recorder.elapsed()) }
                return BatchFrame(state: state, stop: stop(), elapsed: elapsed, size: size, style: style).lines
            }
            try await display.run(body)
        case .plain:
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await body(context) }
                group.addTask {
                    while true {
                        try await context.clock.sleep(for: PlainProgress.heartbeat)
                        let (state, elapsed) = recorder.withState { ($0, recorder.elapsed()) }
                        context.say(BatchText.heartbeat(state, stop: stop(), at: elapsed))
                    }
                }
                defer { group.cancelAll() }
                // The heartbeat ends only by being cancelled.
                try await group.next()
            }
        case .none, .auto: try await body(context)
        }
    }
}
