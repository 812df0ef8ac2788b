import SpeedPixBatch
import SpeedPixTestSupport
import Synchronization
import Testing

@testable import SpeedPixCommands

@Suite("The display of a batch")
struct BatchDisplayTests {
    private func context(_ capture: @escaping @Sendable ([UInt8]) -> Void, _ clock: ManualClock) -> CommandContext {
        var context = CommandContext(
            environment: ["NO_COLOR": "1", "LANG": "C.UTF-8"], workingDirectory: "/", homeDirectory: "/",
            writeOutput: capture, writeError: capture, readInput: { [] }, clock: clock)
        context.errorTerminal = { TerminalExtent(columns: 80, rows: 24) }
        return context
    }

    @Test("On a terminal the frame is drawn while the batch runs, and removed at its end")
    func live() async throws {
        let capture = TerminalCapture(columns: 80, rows: 24)
        let clock = ManualClock()
        let context = context(capture.write, clock)
        let recorder = BatchRecorder(total: 3, clock: clock)
        try await BatchDisplay(context: context, mode: .tty, recorder: recorder, stop: { nil }).run { _ in
            await clock.waitForSleepers(1)
            #expect(capture.terminal.lines == ["0 of 3 rows · 0 running · 0:00"])
            recorder.note(.started(QueuedRow(row: .called("A-014"), tries: 1)))
            clock.advance(by: LiveDisplay.interval)
            await clock.waitForSleepers(1)
            #expect(capture.terminal.lines.first == "0 of 3 rows · 1 running · 0:00")
            #expect(capture.terminal.lines.last?.hasPrefix("▸ A-014 ") == true)
        }
        #expect(capture.terminal.lines.isEmpty && capture.terminal.unknown.isEmpty)
    }

    @Test("The newest preview of a running row is drawn below the frame with the row's name, where there is room")
    func previews() async throws {
        let capture = TerminalCapture(columns: 80, rows: 24)
        let clock = ManualClock()
        let size = Mutex(TerminalExtent(columns: 80, rows: 24))
        var context = context(capture.write, clock)
        context.errorTerminal = { size.withLock { $0 } }
        let previews = try ScriptedPreviews(widths: [4, 6, 6, 4])
        let recorder = BatchRecorder(total: 3, clock: clock)
        let display = BatchDisplay(
            context: context, mode: .tty, recorder: recorder, previews: previews.display, stop: { nil })
        try await display.run { _ in
            @Sendable func draw() async {
                clock.advance(by: LiveDisplay.interval)
                await clock.waitForSleepers(1)
            }
            /// The lines once what is to be fetched for them is there.
            @Sendable func lines() async -> [String] {
                await draw()
                await previews.display.waitForLoading()
                await draw()
                return capture.terminal.lines
            }
            await clock.waitForSleepers(1)
            let first = QueuedRow(row: .called("A-014", number: 1), tries: 1)
            let second = QueuedRow(row: .called("A-015", number: 2), tries: 1)
            for row in [first, second] { recorder.note(.started(row)) }
            recorder.note(.previewed(first, ScriptedPreviews.url("a")))
            var shown = await lines()
            #expect(shown.count == 8 && shown.suffix(5) == (["A-014"] + ScriptedPreviews.rows(4))[...], "\(shown)")
            recorder.note(.previewed(second, ScriptedPreviews.url("b")))
            shown = await lines()
            #expect(shown.count == 8 && shown.suffix(5) == (["A-015"] + ScriptedPreviews.rows(6))[...], "\(shown)")
            size.withLock { $0 = TerminalExtent(columns: 30, rows: 24) }
            await draw()
            #expect(capture.terminal.lines.count == 3 && capture.terminal.lines[2].hasPrefix("▸ A-015"))
            size.withLock { $0 = TerminalExtent(columns: 80, rows: 24) }
            shown = await lines()
            #expect(shown.suffix(5) == (["A-015"] + ScriptedPreviews.rows(6))[...], "\(shown)")
            recorder.note(.ended(second, RowResult(.succeeded)))
            shown = await lines()
            #expect(shown.count == 7 && shown.suffix(5) == (["A-014"] + ScriptedPreviews.rows(4))[...], "\(shown)")
        }
        #expect(capture.terminal.lines.isEmpty && capture.terminal.unknown.isEmpty)
    }

    @Test("A batch on a terminal shows the preview of a row while the row runs", .timeLimit(.minutes(1)))
    func previewOfBatch() async throws {
        let gate = Gate()
        let workflow = ShowingWorkflow(picture: try ScriptedPreviews.picture(4), gate: gate)
        try await TestService.run(adding: [workflow]) { endpoint in
            let folder = try TestFolder()
            try folder.write(
                "local p = speedpix.params { text = { required = true } }\nrun('showing', { text = p.text })",
                to: "s.lua")
            try folder.write("sku,text\nA-014,x\n", to: "rows.csv")
            let environment = TestService.environment(endpoint).merging(["TERM": "xterm"]) { $1 }
            let capture = TerminalCapture(columns: 80, rows: 24)
            let shown = CountedState([String]()) { $0.count }
            let run = await BatchFixture(folder: folder, environment: environment).batch { context in
                context.errorTerminal = { TerminalExtent(columns: 80, rows: 24) }
                context.writeError = { bytes in
                    capture.write(bytes)
                    let lines = capture.terminal.lines
                    guard lines.suffix(4) == ScriptedPreviews.rows(4)[...] else { return }
                    shown.withLock { $0 = lines }
                    // Only then it ends.
                    gate.open("x")
                }
            }
            #expect(run.status == .success)
            let lines = shown.withLock { $0 }
            #expect(lines.suffix(5).first == "A-014", "\(lines)")
            #expect(!capture.terminal.lines.contains { $0.contains("▀") }, "\(capture.terminal.lines)")
        }
    }

    @Test("Plain progress has a line for each row that ends, and one a minute")
    func plain() async throws {
        let capture = Capture()
        let clock = ManualClock()
        let context = context(capture.append, clock)
        let recorder = BatchRecorder(
            total: 2, clock: clock, observers: BatchRecorder.observers(.plain, events: nil, in: context))
        try await BatchDisplay(context: context, mode: .plain, recorder: recorder, stop: { nil }).run { _ in
            await clock.waitForSleepers(1)
            let row = QueuedRow(row: .called("A-014"), tries: 1)
            recorder.note(.started(row))
            clock.advance(by: .seconds(60))
            await clock.waitForSleepers(1)
            recorder.note(.ended(row, RowResult(.succeeded, duration: .seconds(60))))
        }
        #expect(
            capture.text == "1:00 at work: 0 of 2 rows, 1 running, 1:00\n1:00 done A-014 in 1:00\n", "\(capture.text)")
    }
}
