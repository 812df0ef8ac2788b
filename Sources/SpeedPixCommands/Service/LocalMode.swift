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

extension LocalMode? {
    /// What `speedpix jobs …` of a later command needs at its end to find the predictions of this one: nothing at a service,
    /// which nil is, and ` --local` at a gateway that keeps them. Nil if they end with this command.
    var laterFlag: String? {
        switch self {
        case nil: ""
        case .persistent?: " --local"
        case .temporary?: nil
        }
    }

    /// Where unfinished predictions go on after this command, in the words of messages. A gateway inside a process resumes
    /// them when a later command asks for them.
    var laterLocation: String {
        self == nil ? "at the service" : "at the local gateway, when a command asks for them"
    }
}
