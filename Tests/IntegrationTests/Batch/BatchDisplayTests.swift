import SpeedPixBatch
import SpeedPixTestSupport
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
