import Synchronization

/// The signals that asked the process to end.
final class ReceivedSignals: Sendable {
    private let numbers = Mutex<[Int32]>([])

    /// The one that came first; nil while none has.
    var first: Int32? { numbers.withLock { $0.first } }

    /// - Returns: How many there have been.
    func note(_ number: Int32) -> Int {
        numbers.withLock { numbers in
            numbers.append(number)
            return numbers.count
        }
    }
}
