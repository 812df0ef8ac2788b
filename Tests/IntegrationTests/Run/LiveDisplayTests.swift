import SpeedPixTestSupport
import Synchronization
import Testing

@testable import SpeedPixCommands

@Suite("Progress on a terminal")
struct LiveDisplayTests {
    /// A context whose two streams are one terminal.
    private func context(_ capture: TerminalCapture, clock: any Clock<Duration>, size: Sizes) -> CommandContext {
        var context = CommandContext(
            environment: [:], workingDirectory: "/", homeDirectory: "/", writeOutput: capture.write,
            writeError: capture.write, readInput: { [] }, clock: clock)
        context.outputTerminal = { TerminalExtent(columns: 80, rows: 24) }
        context.errorTerminal = { size.now }
        return context
    }

    private final class Sizes: Sendable {
        private let state: Mutex<TerminalExtent?>
        init(_ columns: Int, _ rows: Int) { state = Mutex(TerminalExtent(columns: columns, rows: rows)) }
        var now: TerminalExtent? { state.withLock { $0 } }
        func set(_ columns: Int, _ rows: Int) { state.withLock { $0 = TerminalExtent(columns: columns, rows: rows) } }
    }

    @Test("The live display is drawn again after each interval and removed at the end")
    func drawingAndEnd() async throws {
        let capture = TerminalCapture(columns: 40, rows: 10)
        let clock = ManualClock()
        let frames = Atomic(0)
        let display = LiveDisplay(context(capture, clock: clock, size: Sizes(40, 10))) { _ in
            LiveFrame(lines: ["frame \(frames.add(1, ordering: .relaxed).newValue)"])
        }
        try await display.run { context in
            for number in 1...5 {
                // The display sleeps until its next drawing.
                await clock.waitForSleepers(1)
                #expect(capture.terminal.lines.last == "frame \(number)")
                try context.writeOutput(Array("line \(number)\n".utf8))
                #expect(capture.terminal.lines.suffix(2) == ["line \(number)", "frame \(number)"])
                clock.advance(by: LiveDisplay.interval)
            }
        }
        #expect(capture.terminal.lines == (1...5).map { "line \($0)" })
        #expect(capture.terminal.unknown.isEmpty)
    }

    @Test("Output and messages pass the live display unchanged")
    func outputAndMessagesPass() async throws {
        let capture = TerminalCapture(columns: 40, rows: 10)
        let clock = ManualClock()
        let display = LiveDisplay(context(capture, clock: clock, size: Sizes(40, 10))) { _ in
            LiveFrame(lines: ["frame"])
        }
        try await display.run { context in
            await clock.waitForSleepers(1)
            context.say("an error")
            try context.writeOutput(Array("a result\n".utf8))
        }
        #expect(capture.terminal.lines == ["an error", "a result"])
    }

    @Test("The live display is removed when the run fails")
    func aFailureClearsTheScreenToo() async throws {
        struct Failure: Error {}
        let capture = TerminalCapture(columns: 40, rows: 10)
        let clock = ManualClock()
        let display = LiveDisplay(context(capture, clock: clock, size: Sizes(40, 10))) { _ in
            LiveFrame(lines: ["frame"])
        }
        await #expect(throws: Failure.self) {
            try await display.run { context in
                await clock.waitForSleepers(1)
                try context.writeOutput(Array("half a line".utf8))
                throw Failure()
            }
        }
        #expect(capture.terminal.lines == ["half a line"])
    }

    @Test("The live display follows a resized terminal at its next drawing")
    func aResizeIsSeenAtTheNextDrawing() async throws {
        let capture = TerminalCapture(columns: 40, rows: 10)
        let clock = ManualClock()
        let sizes = Sizes(40, 10)
        let display = LiveDisplay(context(capture, clock: clock, size: sizes)) {
            LiveFrame(lines: ["\($0.columns) x \($0.rows)"])
        }
        try await display.run { _ in
            await clock.waitForSleepers(1)
            #expect(capture.terminal.lines == ["40 x 10"])
            sizes.set(20, 5)
            clock.advance(by: LiveDisplay.interval)
            await clock.waitForSleepers(1)
            #expect(capture.terminal.lines == ["20 x 5"])
        }
    }

    @Test("The live display is not drawn again for each line of output")
    func muchOutputIsNotRedrawnEachTime() async throws {
        let capture = TerminalCapture(columns: 40, rows: 10)
        let clock = ManualClock()
        let written = Capture()
        var context = context(capture, clock: clock, size: Sizes(40, 10))
        context.writeError = written.append
        context.writeOutput = written.append
        let display = LiveDisplay(context) { _ in LiveFrame(lines: ["frame"]) }
        try await display.run { context in
            await clock.waitForSleepers(1)
            for _ in 0..<1000 { try context.writeOutput(Array("x\n".utf8)) }
        }
        #expect(written.text.ranges(of: "frame").count <= 6)
    }

    @Test("The live display of a run on a narrow terminal leaves output and summary intact", arguments: [20, 21, 80])
    func aWholeRunOnANarrowTerminal(columns: Int) async throws {
        let capture = TerminalCapture(columns: columns, rows: 8)
        let run = await CommandRun(
            ["run", "-", "--local"], in: try TestFolder(), environment: ["TERM": "xterm"],
            setting: { context in
                context.readInput = {
                    Array(
                        """
                        local list = {}
                        for i = 1, 12 do list[i] = i end
                        speedpix.map(list, function(i) run("echo", { text = "x", duration = 0.3 }) print("end") end)
                        """.utf8)
                }
                context.writeOutput = capture.write
                context.writeError = capture.write
                context.outputTerminal = { TerminalExtent(columns: 80, rows: 24) }
                context.errorTerminal = { TerminalExtent(columns: columns, rows: 8) }
            })
        #expect(run.status == .success)
        let lines = capture.terminal.lines
        #expect(lines.prefix(12).allSatisfy { $0 == "end" }, "\(lines)")
        #expect(lines[12].hasPrefix("12 done of 12"), "\(lines)")
        #expect(capture.terminal.unknown.isEmpty)
    }
}
