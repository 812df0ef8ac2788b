import Synchronization

/// The `key=value` arguments of the script that runs: those of its host, until a session loads one with others.
final class ScriptArguments: Sendable {
    private let loaded = Mutex<[String: String]?>(nil)

    /// Nil while the host's count.
    var value: [String: String]? {
        get { loaded.withLock { $0 } }
        set { loaded.withLock { $0 = newValue } }
    }
}
