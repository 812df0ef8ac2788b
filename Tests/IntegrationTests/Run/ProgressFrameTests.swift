import SpeedPixLua
import Testing

@testable import SpeedPix
@testable import SpeedPixCommands

@Suite("The progress frame")
struct ProgressFrameTests {
    private static let plain = ProgressFrame.Style(["NO_COLOR": "1", "LANG": "C.UTF-8"])

    static func prediction(
        _ id: String, _ status: Prediction.Status = .waiting, fraction: Double = 0, workflow: String = "echo"
    ) -> Prediction {
        var prediction = Prediction(id: id)
        prediction.status = status
        prediction.workflowID = workflow
        prediction.progress.fraction = fraction
        return prediction
    }

    private func lines(
        _ state: RunState, columns: Int = 80, rows: Int = 24, at time: Duration = .seconds(10),
        style: ProgressFrame.Style = plain
    ) -> [String] {
        ProgressFrame(state: state, elapsed: time, size: TerminalExtent(columns: columns, rows: rows), style: style)
            .lines
    }

    /// `running` of `count` predictions compute; one has succeeded, one has failed.
    private func busy(_ count: Int, running: Int, workflow: String = "echo") -> RunState {
        var state = RunState()
        for number in 0..<count {
            state.apply(.created(Self.prediction("id-\(number)", workflow: workflow), CreateOptions()), at: .zero)
        }
        for number in 0..<running {
            state.apply(
                .progressed(Self.prediction("id-\(number)", .running, fraction: 0.5, workflow: workflow)),
                at: .seconds(1))
        }
        state.apply(.ended(Self.prediction("id-0", .succeeded)), at: .seconds(2))
        state.apply(.ended(Self.prediction("id-1", .failed)), at: .seconds(2))
        return state
    }

    @Test("The progress frame of a run without predictions is empty")
    func emptyRunHasNoFrame() {
        #expect(lines(RunState()).isEmpty)
    }

    @Test("The header of the progress frame counts predictions by state")
    func headerCounts() {
        #expect(lines(busy(20, running: 5))[0] == "1 done · 3 running · 15 queued · 1 failed · 0:10")
        #expect(lines(busy(20, running: 5), columns: 20)[0] == "2/20 1! 0:10")
    }

    @Test("The progress frame has ten rows at most, running predictions first")
    func tenRowsAtMostAndTheRunningOnesFirst() {
        let all = lines(busy(50, running: 8))
        #expect(all.count == 11)
        #expect(all[1].hasPrefix("▸ echo id-2 ") && all[1].contains("50%"))
        #expect(all[6].hasPrefix("▸ echo id-7 ") && all[7].hasPrefix("· echo id-8 "))
        #expect(lines(busy(50, running: 8), rows: 6).count == 5)
        #expect(lines(busy(50, running: 8), rows: 1).isEmpty)
    }

    @Test(
        "The progress frame has no line wider than the terminal", arguments: [5, 10, 19, 20, 21, 40, 59, 60, 80, 200])
    func noLineIsWiderThanTheTerminal(columns: Int) {
        for workflow in ["w", "a-workflow-with-a-name-that-is-longer-than-most", "白色背景白色背景白色背景", "👩‍👩‍👧‍👦 e\u{301} 가나다"] {
            let state = busy(30, running: 12, workflow: workflow)
            for line in lines(state, columns: columns) {
                #expect(TerminalText.width(line) < columns, "\(line)")
            }
        }
    }

    @Test("TerminalText counts two columns for wide characters and cuts text to a width")
    func wideCharactersTakeTwoColumns() {
        #expect(TerminalText.width("白色") == 4)
        #expect(TerminalText.width("abc") == 3)
        #expect(TerminalText.width("e\u{301}") == 1)
        #expect(TerminalText.width("👟") == 2 && TerminalText.width("👩‍👩‍👧‍👦") == 2 && TerminalText.width("ア") == 2)
        #expect(TerminalText.width("·▸█…") == 4)
        #expect(TerminalText.fitted("白色背景", columns: 8) == "白色背景")
        #expect(TerminalText.fitted("白色背景", columns: 7) == "白色背…")
        #expect(TerminalText.fitted("白色背景", columns: 6) == "白色…")
        #expect(TerminalText.fitted("abc", columns: 0) == "")
    }

    @Test("TerminalText counts two columns for emoji and none for their color sequences")
    func emojiWidth() {
        #expect(TerminalText.width("🚀") == 2)
        #expect(TerminalText.visibleWidth("\u{1B}[1m🚀 白\u{1B}[0m") == 5)
        #expect(TerminalText.visibleWidth("e\u{301}\u{1B}[2m…\u{1B}[0m") == 2)
    }

    @Test("ByteCount formats ten units and more without a fraction")
    func largeByteCounts() {
        #expect(ByteCount.text(12_345_678) == "12 MB" && ByteCount.text(440_900) == "441 kB")
    }

    @Test("The progress frame uses colors and non-ASCII signs only if the environment allows")
    func theEnvironmentDecidesOnColoursAndSigns() {
        let state = busy(20, running: 5)
        let coloured = lines(state, style: ProgressFrame.Style(["LANG": "en_GB.UTF-8"]))
        #expect(coloured[0].contains("\u{1B}[32m1 done\u{1B}[0m") && coloured[0].contains("\u{1B}[31m1 failed"))
        #expect(!lines(state)[0].contains("\u{1B}"))
        let ascii = lines(state, style: ProgressFrame.Style(["LANG": "C", "NO_COLOR": "1"]))
        #expect(ascii.allSatisfy { $0.allSatisfy(\.isASCII) })
    }

    @Test("The progress frame shows no control characters of names")
    func controlCharactersInARow() {
        let state = busy(5, running: 4, workflow: "\u{1B}[2Jgone\nand back")
        #expect(lines(state).allSatisfy { !$0.contains("\u{1B}") && !$0.contains("\n") })
    }

    @Test("RunState counts the end of a prediction once")
    func aPredictionEndsOnce() {
        var state = RunState()
        state.apply(.created(Self.prediction("a"), CreateOptions()), at: .zero)
        state.apply(.ended(Self.prediction("a", .succeeded)), at: .seconds(1))
        state.apply(.ended(Self.prediction("a", .succeeded)), at: .seconds(2))
        state.apply(.progressed(Self.prediction("a", .running)), at: .seconds(3))
        #expect(state.succeeded == 1 && state.running == 0 && state.queued == 0 && state.unfinished.isEmpty)
        // One that an earlier run created counts from its first sign of life.
        state.apply(.progressed(Self.prediction("b", .running)), at: .seconds(3))
        #expect(state.running == 1 && state.created == 1 && state.unfinished.map(\.id) == ["b"])
    }

    @Test("RunSummary lists some of 5,000 failures and counts the rest")
    func thousandsOfFailures() {
        var state = RunState()
        for number in 0..<5000 {
            state.apply(.created(Self.prediction("id-\(number)"), CreateOptions()), at: .zero)
            state.apply(.ended(Self.prediction("id-\(number)", .failed)), at: .seconds(1))
        }
        let summary = RunSummary(state: state, elapsed: .seconds(2), localMode: nil).lines
        #expect(summary[0] == "5000 failed of 5000 predictions created" || summary[0].contains("5000 failed"))
        #expect(summary.count < 60 && summary.contains("and 4950 more failed"))
    }

    private func succeeded(_ id: String, warnings: JSONValue) -> Prediction {
        var prediction = Self.prediction(id, .succeeded)
        prediction.output = .object(["text": "x", "warnings": warnings])
        return prediction
    }

    @Test("Line, header and summary name the warnings of results, and take no other output for warnings")
    func warningsOfResults() {
        var state = RunState()
        let ends = [
            succeeded("a", warnings: ["touches_border"]), succeeded("b", warnings: ["coverage_low", "touches_border"]),
            succeeded("c", warnings: []), succeeded("d", warnings: [1, "two"]), succeeded("e", warnings: "none"),
        ]
        for end in ends { state.apply(.created(end, CreateOptions()), at: .zero) }
        #expect(RunSummary(state: state, elapsed: .zero, localMode: nil).lines.allSatisfy { !$0.contains("unsure") })
        let changes = ends.compactMap { state.apply(.ended($0), at: .seconds(10)) }
        #expect(
            changes.map { PlainProgress.line($0, at: .seconds(10)) } == [
                "0:10 done echo a in 10 s, unsure: touches_border",
                "0:10 done echo b in 10 s, unsure: coverage_low, touches_border",
                "0:10 done echo c in 10 s", "0:10 done echo d in 10 s", "0:10 done echo e in 10 s",
            ])
        #expect(lines(state)[0] == "5 done · 0 running · 0 queued · 2 unsure · 0:10")
        let summary = RunSummary(state: state, elapsed: .seconds(10), localMode: nil).lines
        #expect(summary.contains("2 results are unsure: 2 touches_border, 1 coverage_low"), "\(summary)")
    }

    @Test("The summary tells fifty different warnings apart, and no more")
    func manyWarnings() throws {
        var counts = WarningCounts()
        for number in 0..<200 {
            counts.add(ResultWarnings(succeeded("a", warnings: .array([.string("\u{1B}[2J\(number)")]))))
        }
        let text = try #require(counts.text)
        #expect(counts.results == 200 && text.hasPrefix("200 results are unsure: 1 "))
        #expect(text.hasSuffix(", and others") && text.split(separator: ",").count == 51 && !text.contains("\u{1B}"))
    }

    @Test("DurationText and ByteCount format durations and sizes")
    func durationsAndSizes() {
        #expect(DurationText.clock(.seconds(7)) == "0:07" && DurationText.clock(.seconds(3723)) == "1:02:03")
        #expect(DurationText.short(.milliseconds(420)) == "0.4 s" && DurationText.short(.seconds(12)) == "12 s")
        #expect(DurationText.short(.milliseconds(59_700)) == "0:59")
        #expect(ByteCount.text(999) == "999 B" && ByteCount.text(1_440_000) == "1.4 MB")
        #expect(ByteCount.text(999_999) == "1.0 MB" && ByteCount.text(25_000_000_000) == "25 GB")
    }
}
