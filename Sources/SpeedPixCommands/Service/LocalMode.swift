import ArgumentParser

/// What becomes of the predictions of a gateway inside the process.
enum LocalMode: String, EnumerableFlag {
    /// The next command finds them.
    case persistent
    /// They end with the command.
    case temporary

    /// What stands for it where an endpoint is asked for.
    var endpoint: String {
        switch self {
        case .persistent: "local"
        case .temporary: "local=fresh"
        }
    }

    /// Nil for an endpoint that is a service's.
    init?(endpoint: String) {
        guard let mode = Self.allCases.first(where: { $0.endpoint == endpoint }) else { return nil }
        self = mode
    }

    static func name(for value: LocalMode) -> NameSpecification {
        switch value {
        case .persistent: .customLong("local")
        case .temporary: .customLong("local-fresh")
        }
    }

    static func help(for value: LocalMode) -> ArgumentHelp? {
        switch value {
        case .persistent:
            "Use a gateway inside this process: no account, no network, nothing to pay. Predictions last a week."
        case .temporary: "The same, but nothing of it is kept; also written --local=fresh."
        }
    }
}
