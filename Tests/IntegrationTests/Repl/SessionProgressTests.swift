import SpeedPix
import SpeedPixLua
import Testing

@testable import SpeedPixCommands

@Suite("What a session shows while something runs")
struct SessionProgressTests {
    private func lines(_ state: RunState, elapsed: Duration, since begin: Duration) -> [String] {
        let frame = ProgressFrame(
            state: state, elapsed: elapsed, size: TerminalExtent(columns: 60, rows: 20), style: .init(["NO_COLOR": "1"])
        )
        return SessionProgress.lines(frame, since: begin)
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
}
