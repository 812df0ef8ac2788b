import SpeedPixBatch
import Testing

@testable import SpeedPixCommands

@Suite("The progress frame of a batch")
struct BatchFrameTests {
    private static let plain = ProgressFrame.Style(["NO_COLOR": "1", "LANG": "C.UTF-8"])

    private func lines(
        _ state: BatchState, stop: BatchStop? = nil, columns: Int = 100, rows: Int = 24,
        at time: Duration = .seconds(110),
        style: ProgressFrame.Style = plain
    ) -> [String] {
        BatchFrame(
            state: state, stop: stop, elapsed: time, size: TerminalExtent(columns: columns, rows: rows), style: style
        ).lines
    }

    /// Rows 1 to 100 have ended, one a second; the first `failed` of them failed. `running` rows run since then.
    private func busy(failed: Int, running: Int, label: String = "row") -> BatchState {
        var state = BatchState(total: 20_000)
        for number in 1...100 {
            let row = QueuedRow(row: .called("\(label) \(number)", number: number), tries: 1)
            state.apply(.started(row), at: .seconds(number - 1))
            let result = number <= failed ? RowResult.failed("auth", "wrong\nkey") : RowResult(.succeeded)
            state.apply(.ended(row, result), at: .seconds(number))
        }
        for number in 101..<(101 + running) {
            let row = QueuedRow(row: .called("\(label) \(number)", number: number), tries: number == 101 ? 2 : 1)
            state.apply(.started(row), at: .seconds(100))
        }
        return state
    }

    @Test("The header has rows, running and failed ones, the rate and the time left")
    func header() {
        #expect(
            lines(busy(failed: 12, running: 8), at: .seconds(100))[0]
                == "100 of 20,000 rows · 8 running · 12 failed · 60/min · about 5h 30m left")
        #expect(lines(BatchState(total: 1), at: .seconds(5)) == ["0 of 1 row · 0 running · 0:05"])
    }

    @Test("Running rows are shown by their labels, and the last failures by their reasons")
    func rows() {
        let all = lines(busy(failed: 2, running: 3))
        #expect(all.count == 6)
        #expect(all[1].hasPrefix("▸ row 101 ") && all[1].hasSuffix(" 0:10 try 2"))
        #expect(all[3].hasPrefix("▸ row 103 ") && all[3].hasSuffix(" 0:10"))
        #expect(all[4] == "✗ row 1: auth: wrong key" && all[5] == "✗ row 2: auth: wrong key")
    }

    @Test("The frame has ten rows at most and says how many more run", arguments: [3, 4, 6, 11, 24])
    func size(rows: Int) {
        let all = lines(busy(failed: 50, running: 40), rows: rows)
        #expect(all.count == min(rows - 1, 11))
        if rows == 24 { #expect(all[7] == "  and 34 more" && all[8].hasPrefix("✗ row 48")) }
    }

    @Test("A batch that stops has no time left")
    func stopping() {
        let header = lines(busy(failed: 0, running: 3), stop: .budget(5))[0]
        #expect(header == "100 of 20,000 rows · 3 running · stopping")
    }

    @Test("No line is wider than the terminal", arguments: [5, 10, 19, 20, 21, 40, 59, 60, 61, 80, 200])
    func widths(columns: Int) {
        for label in ["r", "a label that is longer than most labels are, by far", "白色背景白色背景白色背景", "\u{1B}[2J\nx"] {
            for line in lines(busy(failed: 5, running: 20, label: label), columns: columns) {
                #expect(TerminalText.width(line) < columns && !line.contains("\u{1B}"), "\(line)")
            }
        }
    }

    @Test("Signs are ASCII where the locale has no Unicode, and failures red where colors are")
    func style() {
        let ascii = lines(busy(failed: 2, running: 2), style: ProgressFrame.Style(["LANG": "C", "NO_COLOR": "1"]))
        #expect(ascii.allSatisfy { $0.allSatisfy(\.isASCII) })
        let colored = lines(busy(failed: 2, running: 2), style: ProgressFrame.Style([:]))[0]
        #expect(colored.contains("\u{1B}[31m2 failed\u{1B}[0m"))
    }

    @Test("CountText groups digits, and gives rates by the minute or the hour")
    func countText() {
        #expect(CountText.grouped(0) == "0" && CountText.grouped(999) == "999" && CountText.grouped(-1000) == "-1,000")
        #expect(CountText.grouped(1_234_567) == "1,234,567" && CountText.of(1, "row") == "1 row")
        #expect(CountText.rate(perSecond: 0.07) == "4.2/min" && CountText.rate(perSecond: 20) == "1,200/min")
        #expect(CountText.rate(perSecond: 1.0 / 300) == "12/h" && CountText.rate(perSecond: 1.0 / 7200) == "0.5/h")
    }

    @Test(
        "DurationText rounds what is only known roughly",
        arguments: [
            (Duration.seconds(1), "10s"), (.seconds(50), "50s"), (.seconds(51), "1m"), (.seconds(61), "2m"),
            (.seconds(3540), "59m"), (.seconds(3541), "1h"), (.seconds(7500), "2h 5m"), (.seconds(27_500), "7h 40m"),
            (.seconds(86_400), "24h"), (.seconds(200_000), "2d 7h"), (.seconds(172_800), "2d"),
        ])
    func roughDurations(duration: Duration, text: String) {
        #expect(DurationText.rough(duration) == text)
    }

    @Test("A line says how a row ended, and nothing of rows that began or never ran")
    func plainLines() {
        let row = QueuedRow(row: .called("A-\u{1B}14"), tries: 1)
        func line(_ event: RowEvent) -> String? { BatchText.line(event, at: .seconds(65)) }
        #expect(line(.started(row)) == nil && line(.skipped(row.row)) == nil && line(.created) == nil)
        #expect(line(.ended(row, RowResult(.succeeded, duration: .seconds(2)))) == "1:05 done A- 14 in 2.0 s")
        #expect(line(.ended(row, .failed("auth"))) == "1:05 failed in 3.0 s: A- 14: auth: no")
        #expect(line(.retried(row, .failed("network"))) == "1:05 trying again A- 14: network: no")
        #expect(line(.ended(row, RowResult(.inDoubt))) == "1:05 in doubt: A- 14: in_doubt")
        #expect(line(.ended(row, BatchStop.interrupted.result)) == "1:05 stopped: A- 14: interrupted")
        #expect(line(.ended(QueuedRow(row: row.row, tries: 0), BatchStop.interrupted.result)) == nil)
        #expect(
            BatchText.heartbeat(busy(failed: 1, running: 2), stop: nil, at: .seconds(100))
                == "1:40 at work: 100 of 20,000 rows, 2 running, 1 failed, 60/min, about 5h 30m left")
    }
}
