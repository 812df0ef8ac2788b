import Synchronization

/// The progress of one run: written by the backend, read by the calls that ask for it.
final class ReportedProgress: Sendable {
    struct Value: Sendable, Equatable {
        var fraction = 0.0
        var step: String?
        var number: Int?
        var total: Int?
    }

    private let value = Mutex(Value())

    var current: Value {
        value.withLock { $0 }
    }

    /// - Parameters:
    ///   - fraction: 0 ... 1 of the run; it never goes back.
    ///   - step: What is being done, in a word or two.
    ///   - number: Which of `total` steps this is, if they are counted.
    func update(fraction: Double, step: String, number: Int?, total: Int?) {
        value.withLock { value in
            if fraction.isFinite { value.fraction = min(max(fraction, value.fraction), 1) }
            value.step = step
            value.number = number
            value.total = total
        }
    }
}
