import Synchronization

/// The `key=value` arguments of the script that runs: those of its host, until a session loads one with others.
final class ScriptArguments: Sendable {
    private struct State {
        var loaded: [String: String]?
        var areRead = false
    }

    private let state = Mutex(State())

    /// Nil while the host's count. A script that is loaded has still to read those that it gets.
    var value: [String: String]? {
        get { state.withLock { $0.loaded } }
        set { state.withLock { $0 = State(loaded: newValue) } }
    }

    /// Whether the script has declared its parameters.
    var areRead: Bool {
        get { state.withLock { $0.areRead } }
        set { state.withLock { $0.areRead = newValue } }
    }
}
