import Synchronization

/// The lines of a chunk that goes on: Tab on the next one has to know them.
final class PendingLines: Sendable {
    private let text = Mutex("")

    func set(_ lines: String) { text.withLock { $0 = lines } }
    var lines: String { text.withLock { $0 } }
}
