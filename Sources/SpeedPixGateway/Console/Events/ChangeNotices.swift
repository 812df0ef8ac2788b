import Synchronization

/// Tells those who have asked for it of changes. It costs next to nothing while nobody has.
final class ChangeNotices<Change: Sendable>: Sendable {
    typealias Listener = @Sendable (Change) -> Void

    private let listeners = Mutex<[Listener]>([])

    /// - Parameter listener: Called with each change from now on, from any thread; it must be quick. What it refers to
    ///   must not own this object in turn.
    func listen(_ listener: @escaping Listener) {
        listeners.withLock { $0.append(listener) }
    }

    func tell(_ change: Change) {
        for listener in listeners.withLock({ $0 }) { listener(change) }
    }
}

extension ChangeNotices where Change == Void {
    /// There is only one thing to tell.
    func tell() { tell(()) }
}
