import Synchronization

/// What the clients of a process have learned of services' limits, so that the next client does not begin anew.
package final class PollRateMemory: Sendable {
    /// The process's own.
    package static let shared = PollRateMemory()

    /// Services that are remembered; a process that uses more forgets some.
    private static let capacity = 64

    private let ceilings = Mutex<[String: Double]>([:])

    /// Remembers nothing yet.
    package init() {}

    /// Polls a second that a service accepted when it last throttled; nil if it never did.
    func ceiling(of service: String) -> Double? {
        ceilings.withLock { $0[service] }
    }

    func remember(_ ceiling: Double, of service: String) {
        ceilings.withLock { ceilings in
            if ceilings[service] == nil, ceilings.count >= Self.capacity, let other = ceilings.keys.first {
                ceilings[other] = nil
            }
            ceilings[service] = ceiling
        }
    }
}
