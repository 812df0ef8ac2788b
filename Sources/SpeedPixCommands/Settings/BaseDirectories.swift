import SystemPackage

/// The user's folders by the XDG Base Directory Specification.
struct BaseDirectories {
    private let environment: [String: String]
    private let home: String?

    /// - Parameter home: The home folder; one that is not an absolute path counts as none.
    init(_ environment: [String: String], home: String?) {
        self.environment = environment
        self.home = Self.absolute(home)
    }

    /// For settings: `XDG_CONFIG_HOME`, else `~/.config`. Nil without a home.
    var configuration: FilePath? { folder("XDG_CONFIG_HOME", inHome: ".config") }
    /// For what is to be kept: `XDG_DATA_HOME`, else `~/.local/share`. Nil without a home.
    var data: FilePath? { folder("XDG_DATA_HOME", inHome: ".local/share") }
    /// For logs, histories and the like: `XDG_STATE_HOME`, else `~/.local/state`. Nil without a home.
    var state: FilePath? { folder("XDG_STATE_HOME", inHome: ".local/state") }

    /// For what can be made anew: `XDG_CACHE_HOME`, else `~/.cache`. Nil without a home.
    var cache: FilePath? { folder("XDG_CACHE_HOME", inHome: ".cache") }

    private func folder(_ variable: String, inHome standard: String) -> FilePath? {
        (Self.absolute(environment[variable]) ?? home.map { "\($0)/\(standard)" }).map { FilePath($0) }
    }

    /// "All paths must be absolute. If a relative path is encountered [it] should be … ignored."
    private static func absolute(_ path: String?) -> String? {
        path.flatMap { $0.hasPrefix("/") ? $0 : nil }
    }
}
