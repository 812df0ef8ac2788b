import Synchronization

/// Predictions that the script itself decides about when it gives them up: the end of the run leaves them alone.
final class UncanceledIDs: Sendable {
    private let ids = Mutex<Set<String>>([])

    func note(_ id: String) {
        ids.withLock { _ = $0.insert(id) }
    }

    func contains(_ id: String) -> Bool {
        ids.withLock { $0.contains(id) }
    }
}
