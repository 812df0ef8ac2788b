import Synchronization

/// Draws a run's progress on the terminal behind standard error, and lets everything else that is written there pass.
final class LiveDisplay: Sendable {
    /// How often it draws.
    static let interval: Duration = .milliseconds(100)
    /// How often what the program writes brings the lines back at once; after that they wait for the next drawing.
    private static let redraws = 4

    private struct State {
        var region = ScreenRegion()
        var redraws = 0
        var isOver = false
    }

    private let context: CommandContext
    private let previews: PreviewDisplay?
    private let frame: @Sendable (TerminalExtent) -> LiveFrame
    private let state = Mutex(State())

    /// - Parameters:
    ///   - previews: Draws the previews of frames, and belongs to no other display meanwhile; nil to show none.
    ///   - frame: What is shown on a terminal of a size; asked at each drawing.
    init(
        _ context: CommandContext, previews: PreviewDisplay? = nil,
        frame: @escaping @Sendable (TerminalExtent) -> LiveFrame
    ) {
        self.context = context
        self.previews = previews
        self.frame = frame
    }

    /// Runs `body` with a context whose streams get along with the display, and draws until it has ended.
    func run<Result: Sendable>(
        _ body: @escaping @Sendable (CommandContext) async throws -> Result
    ) async throws -> Result {
        defer { end() }
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { try await body(self.sharing) }
            group.addTask {
                while true {
                    self.draw()
                    try await self.context.clock.sleep(for: Self.interval)
                }
            }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw CancellationError()
        }
    }

    private func draw() {
        guard let size = context.errorTerminal() else { return }
        let shown = frame(size)
        let rows = shown.lines + (previews?.rows(of: shown.preview, in: size, below: shown.lines.count) ?? [])
        state.withLock { state in
            guard !state.isOver else { return }
            state.redraws = 0
            write(state.region.draw(rows))
        }
    }

    private func end() {
        previews?.end()
        state.withLock { state in
            state.isOver = true
            write(state.region.clear())
        }
    }

    /// The context for everybody else while the display is there.
    private var sharing: CommandContext {
        var sharing = context
        sharing.writeError = { bytes in self.pass(bytes) { self.context.writeError(bytes) } }
        guard context.outputTerminal() != nil else { return sharing }
        // Most likely the same terminal.
        sharing.writeOutput = { bytes in try self.pass(bytes) { try self.context.writeOutput(bytes) } }
        return sharing
    }

    private func pass<Failure: Error>(_ bytes: [UInt8], _ send: () throws(Failure) -> Void) throws(Failure) {
        let result: Result<Void, Failure> = state.withLock { state in
            write(state.region.lift())
            do throws(Failure) {
                try send()
            } catch {
                return .failure(error)
            }
            state.region.note(output: bytes)
            if !state.isOver, state.redraws < Self.redraws {
                state.redraws += 1
                write(state.region.redraw())
            }
            return .success(())
        }
        try result.get()
    }

    private func write(_ bytes: [UInt8]) {
        if !bytes.isEmpty { context.writeError(bytes) }
    }
}
