import SpeedPixLua
import Synchronization

/// What a script declared with `speedpix.params`.
final class DeclaredParameters: Sendable {
    private let state = Mutex<[Parameter]?>(nil)

    @Sendable func set(_ parameters: [Parameter]) {
        state.withLock { $0 = parameters }
    }

    var all: [Parameter]? { state.withLock { $0 } }
}
