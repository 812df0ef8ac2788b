import Synchronization

/// A set of predictions that any thread may add to.
final class PredictionIDs: Sendable {
    private let ids = Mutex<Set<String>>([])

    /// - Returns: Whether it was not in the set before.
    @discardableResult
    func insert(_ id: String) -> Bool {
        ids.withLock { $0.insert(id).inserted }
    }

    func contains(_ id: String) -> Bool {
        ids.withLock { $0.contains(id) }
    }
}
