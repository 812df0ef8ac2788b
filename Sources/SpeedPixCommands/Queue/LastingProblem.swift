import NATS
import SpeedPixQueue

/// What goes wrong for a while with something that is done again and again: it is said once for each kind, and once that it is over. A
/// value.
struct LastingProblem: Sendable {
    /// Nil while all is well.
    private var kind: String?

    /// It went wrong.
    ///
    /// - Returns: Whether that is to be said: it did not the time before, or otherwise.
    mutating func begins(_ error: any Error) -> Bool {
        let kind = Self.kind(of: error)
        defer { self.kind = kind }
        return kind != self.kind
    }

    /// It went well.
    ///
    /// - Returns: Whether that is to be said: it did not the time before.
    mutating func ends() -> Bool {
        defer { kind = nil }
        return kind != nil
    }

    /// Messages may change with each time, as they name what was asked for.
    private static func kind(of error: any Error) -> String {
        switch error {
        case let error as NATSError: "\(error.code)"
        case let error as QueueError: error.code.rawValue
        default: "\(error)"
        }
    }
}
