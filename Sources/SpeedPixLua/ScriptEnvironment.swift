import SpeedPix

/// The environment variables that a script may read.
public struct ScriptEnvironment: Sendable {
    private var values: [String: String] = [:]
    private var allowed: Set<String> = []

    /// None at all.
    public init() {}

    /// - Parameters:
    ///   - environment: The variables there are.
    ///   - allowed: The names that the script may ask for. The secret is never among them, and neither is a variable that
    ///     holds the same text under another name.
    public init(_ environment: [String: String], allowed: [String]) {
        let secret = environment[SpeedPixClient.Configuration.Variable.appSecret] ?? ""
        self.allowed = Set(allowed).subtracting([SpeedPixClient.Configuration.Variable.appSecret])
        for name in self.allowed {
            guard let value = environment[name], secret.isEmpty || !value.contains(secret) else { continue }
            values[name] = value
        }
    }

    /// - Throws: ``SpeedPixError`` `not_allowed` for a name that was not allowed.
    func value(_ name: String) throws -> String? {
        guard name != SpeedPixClient.Configuration.Variable.appSecret else {
            throw SpeedPixError(.notAllowed, "a script cannot read the secret, \(name)")
        }
        guard allowed.contains(name) else {
            throw SpeedPixError(
                .notAllowed, "this script may not read the environment variable \(name)",
                remedy: "allow it with --allow-env \(name), or make it a parameter")
        }
        return values[name]
    }
}
