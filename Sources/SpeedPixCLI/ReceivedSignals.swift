import Synchronization

/// The signals that asked the process to end.
final class ReceivedSignals: Sendable {
    private let numbers = Mutex<[Int32]>([])
    private let began = Mutex<ContinuousClock.Instant?>(nil)

    private let hasCancelled = Mutex(false)

    /// Whether the command was cancelled for one. Before that, a wait that ends for a signal would look like a failure of the
    /// command.
    var haveCancelled: Bool { hasCancelled.withLock { $0 } }

    /// The command was cancelled.
    func noteCancelled() { hasCancelled.withLock { $0 = true } }

    /// The one that came first; nil while none has.
    var first: Int32? { numbers.withLock { $0.first } }

    /// `timeout` and some terminals send a signal to a process and to its group, and so twice: what comes within a moment
    /// of the first one does not count as a second Ctrl-C.
    ///
    /// - Returns: Whether it is a second Ctrl-C, which asks for the end at once.
    func note(_ number: Int32) -> Bool {
        let now = ContinuousClock.now
        let first = began.withLock { began in
            defer { began = began ?? now }
            return began
        }
        numbers.withLock { $0.append(number) }
        return first.map { now - $0 > .milliseconds(500) } ?? false
    }
}
