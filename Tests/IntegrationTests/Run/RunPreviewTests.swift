import SpeedPix
import SpeedPixLua
import Testing

@testable import SpeedPixCommands

@Suite("Previews of a run")
struct RunPreviewTests {
    private func progressed(_ id: String, _ preview: String?) -> ScriptEvent {
        .progressed(Prediction(id: id, status: .running, progress: Prediction.Progress(0.5, preview: preview)))
    }

    @Test("A run's state: the preview that came last, until its prediction shows none or ends")
    func lastPreview() {
        var state = RunState()
        #expect(state.preview == nil)
        state.apply(progressed("a", "http://g/previews/a?number=1"), at: .zero)
        state.apply(progressed("b", "http://g/previews/b?number=1"), at: .zero)
        #expect(state.preview == "http://g/previews/b?number=1" && state.previewedJob?.id == "b")
        state.apply(progressed("a", nil), at: .zero)
        #expect(state.preview == "http://g/previews/b?number=1")
        state.apply(progressed("b", nil), at: .zero)
        #expect(state.preview == nil)
        state.apply(progressed("b", "http://g/previews/b?number=2"), at: .zero)
        state.apply(.ended(Prediction(id: "b", status: .succeeded)), at: .zero)
        #expect(state.preview == nil && state.previewedJob == nil)
    }
}
