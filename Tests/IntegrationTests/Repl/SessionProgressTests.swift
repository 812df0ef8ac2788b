import SpeedPix
import SpeedPixLua
import Testing

@testable import SpeedPixCommands

@Suite("What a session shows while something runs")
struct SessionProgressTests {
    private func frame(_ state: RunState, elapsed: Duration) -> ProgressFrame {
        ProgressFrame(
            state: state, elapsed: elapsed, size: TerminalExtent(columns: 60, rows: 20), style: .init(["NO_COLOR": "1"])
        )
    }

    private func lines(_ state: RunState, elapsed: Duration, since begin: Duration) -> [String] {
        SessionProgress.lines(frame(state, elapsed: elapsed), since: begin)
    }

    @Test("Nothing is shown for the first second, then the time")
    func delay() {
        #expect(lines(RunState(), elapsed: .milliseconds(10_900), since: .seconds(10)) == [])
        #expect(lines(RunState(), elapsed: .seconds(13), since: .seconds(10)) == ["0:03, Ctrl-C stops it"])
    }

    @Test("Predictions of this input are shown, and none that an earlier one left")
    func predictions() {
        var state = RunState()
        state.apply(.created(Prediction(id: "old", of: "echo"), CreateOptions()), at: .seconds(1))
        state.apply(.created(Prediction(id: "new", of: "echo"), CreateOptions()), at: .seconds(11))
        let shown = lines(state, elapsed: .seconds(13), since: .seconds(10))
        #expect(shown.count == 2 && shown.last?.contains("echo new") == true, "\(shown)")
    }

    @Test(
        "The preview of a prediction of this input is shown after the first second, and none that an earlier one left")
    func preview() {
        func preview(_ state: RunState, elapsed: Duration) -> String? {
            SessionProgress.preview(frame(state, elapsed: elapsed), since: .seconds(10))?.url
        }
        func progressed(_ id: String, _ url: String) -> ScriptEvent {
            .progressed(Prediction(id: id, status: .running, progress: Prediction.Progress(0.5, preview: url)))
        }
        var state = RunState()
        state.apply(progressed("old", ScriptedPreviews.url("old")), at: .seconds(1))
        #expect(preview(state, elapsed: .seconds(13)) == nil)
        state.apply(progressed("new", ScriptedPreviews.url("new")), at: .milliseconds(10_500))
        #expect(preview(state, elapsed: .milliseconds(10_900)) == nil)
        #expect(preview(state, elapsed: .seconds(13)) == ScriptedPreviews.url("new"))
        // One that an earlier input has created, and this one waits for.
        state.apply(progressed("old", ScriptedPreviews.url("old", 2)), at: .seconds(12))
        #expect(preview(state, elapsed: .seconds(13)) == ScriptedPreviews.url("old", 2))
    }
}
