import SpeedPix

extension ResolvedSettings {
    /// What the setting ``Setting/proxy`` says for none, whatever the environment has.
    static let withoutProxy = "none"

    /// Proxies and certificates: the settings, and where they say nothing the variables that other programs heed as well.
    ///
    /// - Throws: ``SpeedPixError`` with code `configuration` for a text that is not a proxy, and for a file of certificates that
    ///   cannot be used.
    func network(_ reader: SettingsReader) throws -> NetworkSettings {
        let environment = reader.context.environment
        var network = NetworkSettings()
        if let value = self[.proxy] {
            if value.text.lowercased() != Self.withoutProxy {
                network.proxies = ProxySettings(try Proxy(value.text, from: name(of: .proxy, value)))
            }
        } else {
            network.proxies = try ProxySettings(environment: environment)
        }
        if let list = self[.noProxy]?.text ?? ProxySettings.exceptions(in: environment)?.value {
            network.proxies.exceptions = ProxyExceptions(list)
        }
        network.trust = try TrustSettings(environment: Self.absolutePaths(environment, reader.context))
        if let value = self[.caFile] {
            try network.trust.add(certificatesIn: reader.path(value), for: name(of: .caFile, value))
        }
        return network
    }

    /// Where the value was set, as messages begin.
    private func name(of setting: Setting, _ value: SettingValue) -> String {
        if case .variable(let name) = value.origin { name } else { "\(value.origin.shown): \(setting.key)" }
    }

    /// The variables for certificates with paths that do not depend on the working folder.
    private static func absolutePaths(_ environment: [String: String], _ context: CommandContext) -> [String: String] {
        var environment = environment
        for name in ["SSL_CERT_FILE", "SSL_CERT_DIR"] {
            guard let value = environment[name], !value.isEmpty else { continue }
            environment[name] = value.split(separator: ":").map { context.absolute(String($0)) }.joined(separator: ":")
        }
        return environment
    }
}
