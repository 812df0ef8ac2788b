import SpeedPix
import SpeedPixLua
import Synchronization

/// The predictions of a run that were created and have not been seen to end.
final class UnfinishedPredictions: Sendable {
    private let state = Mutex<[String]>([])

    @Sendable func note(_ event: ScriptEvent) {
        switch event {
        case .created(let prediction): state.withLock { $0.append(prediction.id) }
        case .ended(let prediction): state.withLock { $0.removeAll { $0 == prediction.id } }
        default: break
        }
    }

    /// In the order in which they were created.
    var ids: [String] { state.withLock { $0 } }
}

/// What a script declared with `speedpix.params`.
final class DeclaredParameters: Sendable {
    private let state = Mutex<[Parameter]?>(nil)

    @Sendable func set(_ parameters: [Parameter]) {
        state.withLock { $0 = parameters }
    }

    var all: [Parameter]? { state.withLock { $0 } }
}
