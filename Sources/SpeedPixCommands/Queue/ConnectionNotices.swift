import NATS

/// What is said of a connection to NATS, one state after the other. A value.
struct ConnectionNotices: Sendable {
    /// How many problems are told apart. Their texts are the server's.
    private static let most = 1000
    /// Those that were said since the connection came about.
    private var problems: Set<String> = []

    /// - Returns: Nil for a state of which nothing is said, and for a problem that was said already: a server tells it each time that
    ///   it refuses something.
    mutating func text(_ state: NATSState) -> String? {
        switch state {
        case .connected:
            problems = []
            return nil
        case .closed(reason: nil): return nil
        case .closed(let reason?): return "NATS: the connection is closed for good: \(reason)"
        case .disconnected(let reason):
            return "NATS: the connection is lost\(reason.map { " (\($0))" } ?? ""); trying again"
        case .problem(let error):
            if problems.count >= Self.most { problems = [] }
            let text = "NATS: \(error)"
            return problems.insert(text).inserted ? text : nil
        }
    }
}
