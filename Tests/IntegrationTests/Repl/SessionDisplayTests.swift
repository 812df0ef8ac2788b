import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixCommands

@Suite("The display of a session", .timeLimit(.minutes(1)))
struct SessionDisplayTests {
    private static let size = TerminalExtent(columns: 80, rows: 24)

    /// A context whose two streams are one terminal.
    private func context(_ capture: TerminalCapture, clock: any Clock<Duration>) -> CommandContext {
        var context = CommandContext(
            environment: [:], workingDirectory: "/", homeDirectory: "/", writeOutput: capture.write,
            writeError: capture.write, readInput: { [] }, clock: clock)
        context.outputTerminal = { Self.size }
        context.errorTerminal = { Self.size }
        return context
    }

    @Test(
        "SessionDisplay: a preview is drawn below the output while its prediction is waited for, and is gone afterwards"
    )
    func preview() async throws {
        let capture = TerminalCapture(columns: 80, rows: 24)
        let clock = ManualClock()
        let process = context(capture, clock: clock)
        let previews = try ScriptedPreviews(widths: [4])
        let output = SessionOutput(process)
        let recorder = RunRecorder(clock: clock)
        let display = SessionDisplay(
            output: output, process: process, recorder: recorder, previews: previews.display, isInteractive: true)
        try await display.run {
            await clock.waitForSleepers(1)
            recorder.note(
                .progressed(
                    Prediction(
                        id: "p", status: .running,
                        progress: Prediction.Progress(0.5, preview: ScriptedPreviews.url("p")))))
            clock.advance(by: SessionProgress.delay)
            await clock.waitForSleepers(1)
            await previews.display.waitForLoading()
            try output.write(Array("a line\n".utf8))
            clock.advance(by: LiveDisplay.interval)
            await clock.waitForSleepers(1)
            let lines = capture.terminal.lines
            #expect(lines.count == 7 && lines[0] == "a line" && lines[1] == "0:01, Ctrl-C stops it", "\(lines)")
            #expect(lines.suffix(4) == ScriptedPreviews.rows(4)[...], "\(lines)")
        }
        #expect(capture.terminal.lines == ["a line"] && capture.terminal.unknown.isEmpty)
        // What the input before has left is not shown by the next one.
        try await display.run {
            await clock.waitForSleepers(1)
            clock.advance(by: SessionProgress.delay)
            await clock.waitForSleepers(1)
            #expect(capture.terminal.lines == ["a line", "0:01, Ctrl-C stops it"])
        }
        #expect(previews.transport.requests.count == 1)
    }

    @Test("SessionDisplay: nothing is drawn where no person sees the session")
    func notInteractive() async throws {
        let capture = TerminalCapture(columns: 80, rows: 24)
        let clock = ManualClock()
        let process = context(capture, clock: clock)
        let display = SessionDisplay(
            output: SessionOutput(process), process: process, recorder: RunRecorder(clock: clock), previews: nil,
            isInteractive: false)
        let value = try await display.run {
            clock.advance(by: .seconds(60))
            return clock.sleeperCount
        }
        #expect(value == 0 && capture.terminal.lines.isEmpty)
    }

    @Test("SessionDisplay: a session at a gateway shows the preview of what run waits for")
    func session() async throws {
        let gate = Gate()
        let workflow = ShowingWorkflow(picture: try ScriptedPreviews.picture(4), gate: gate)
        try await TestService.run(adding: [workflow]) { endpoint in
            let folder = try TestFolder()
            let capture = TerminalCapture(columns: 80, rows: 24)
            let shown = CountedState([String]()) { $0.count }
            var context = CommandContext(
                environment: TestService.environment(endpoint).merging(["TERM": "xterm"]) { $1 },
                workingDirectory: folder.path, homeDirectory: folder.path, writeOutput: capture.write,
                writeError: { bytes in
                    capture.write(bytes)
                    let lines = capture.terminal.lines
                    guard lines.suffix(4) == ScriptedPreviews.rows(4)[...] else { return }
                    shown.withLock { $0 = lines }
                    // Only then it ends.
                    gate.open("x")
                }, readInput: { [] })
            context.outputTerminal = { Self.size }
            context.errorTerminal = { Self.size }
            context.makeLineReader = { _, _ in ScriptedLines(["run('showing', { text = 'x' }).text"]) }
            let status = await SpeedPixCommand.execute(["repl"], in: context)
            #expect(status == .success)
            let lines = shown.withLock { $0 }
            #expect(lines.contains { $0.hasSuffix("Ctrl-C stops it") }, "\(lines)")
            #expect(capture.terminal.lines.last == "\"end of x\"", "\(capture.terminal.lines)")
        }
    }
}
