import SpeedPix
import SpeedPixLua
import Synchronization

/// The predictions of a run that were created and whose output has not reached the script.
final class UnfinishedPredictions: Sendable {
    private struct State {
        var ids: [String] = []
        var inDoubt: [String] = []
    }

    private let state = Mutex(State())

    @Sendable func note(_ event: ScriptEvent) {
        state.withLock { state in
            switch event {
            case .created(let prediction): state.ids.append(prediction.id)
            case .ended(let prediction): state.ids.removeAll { $0 == prediction.id }
            case .inDoubt(let workflow, let error): state.inDoubt.append("\(workflow): \(error.message)")
            default: break
            }
        }
    }

    /// In the order in which they were created.
    var ids: [String] { state.withLock { $0.ids } }
    /// Creates whose outcome nobody knows.
    var inDoubt: [String] { state.withLock { $0.inDoubt } }
}

/// What a script declared with `speedpix.params`.
final class DeclaredParameters: Sendable {
    private let state = Mutex<[Parameter]?>(nil)

    @Sendable func set(_ parameters: [Parameter]) {
        state.withLock { $0 = parameters }
    }

    var all: [Parameter]? { state.withLock { $0 } }
}
