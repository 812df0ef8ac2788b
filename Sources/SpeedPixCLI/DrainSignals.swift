import SpeedPixCommands
import Synchronization

/// The signal that makes a worker end what it is doing, and begin nothing else.
final class DrainSignals: Sendable {
    private let began = Mutex<ContinuousClock.Instant?>(nil)

    /// - Returns: Whether that is all there is to do. Also for what comes within a moment of the first: it does not count as a second
    ///   signal, as ``ReceivedSignals/note(_:)`` has it.
    func begin(_ interrupts: Interrupts) -> Bool {
        let now = ContinuousClock.now
        if let first = began.withLock({ $0 }) { return now - first <= .milliseconds(500) }
        guard interrupts.beginDraining() else { return false }
        began.withLock { $0 = now }
        return true
    }
}
