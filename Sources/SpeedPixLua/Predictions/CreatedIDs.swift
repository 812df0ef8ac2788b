import Synchronization

/// The ids of what a run has created: rows show their beginnings, and a script may name one by that.
final class CreatedIDs: Sendable {
    /// Characters. Shorter beginnings are more likely a mistake.
    private static let shortest = 4

    private let ids = Mutex<Set<String>>([])

    func note(_ id: String) {
        ids.withLock { _ = $0.insert(id) }
    }

    /// The whole id, if `id` is the beginning of just one that was created; else `id` itself.
    func whole(_ id: String) -> String {
        guard id.count >= Self.shortest else { return id }
        return ids.withLock { ids in
            guard !ids.contains(id) else { return id }
            let found = ids.lazy.filter { $0.hasPrefix(id) }.prefix(2)
            return found.count == 1 ? found.first ?? id : id
        }
    }
}
