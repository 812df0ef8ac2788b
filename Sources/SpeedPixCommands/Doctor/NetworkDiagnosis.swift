import SpeedPix

/// How connections leave this machine, as `doctor` shows it: proxies, and which certificates are trusted.
struct NetworkDiagnosis {
    let settings: ResolvedSettings
    let reader: SettingsReader

    private var environment: [String: String] { reader.context.environment }

    /// One for the proxies and one for the certificates, or what is wrong with either.
    var diagnoses: [Diagnosis] {
        do {
            let network = try settings.network(reader)
            return [proxies(network.proxies), certificates]
        } catch let error as SpeedPixError {
            return [Diagnosis("network", .bad, message: error.message, remedy: error.remedy)]
        } catch {
            return [Diagnosis("network", .bad, message: "\(error)")]
        }
    }

    private func proxies(_ proxies: ProxySettings) -> Diagnosis {
        let schemes = [("https", proxies.https), ("http", proxies.http)]
        let ways = schemes.compactMap { scheme, proxy in proxy.map { "\(scheme) through \($0)\(origin(scheme, $0))" } }
        guard !ways.isEmpty else { return Diagnosis("proxy", .ok, message: "none") }
        var text = ways.joined(separator: ", ")
        if let list = exceptions { text += "; directly: \(list.value) (\(list.origin))" }
        let endpoint = settings[.endpoint]?.text ?? SpeedPixClient.Configuration.defaultEndpoint
        let url = endpoint.contains("://") ? endpoint : "https://\(endpoint)"
        text += proxies.proxy(for: url) == nil ? "; the endpoint directly" : ""
        return Diagnosis("proxy", .ok, message: text)
    }

    /// Where a proxy is set, and whether it gets credentials.
    private func origin(_ scheme: String, _ proxy: Proxy) -> String {
        let name = settings[.proxy]?.origin.shown ?? ProxySettings.variable(for: scheme, in: environment)?.name ?? ""
        return " (\(name)\(proxy.hasCredentials ? ", with a user name" : ""))"
    }

    private var exceptions: (value: String, origin: String)? {
        if let value = settings[.noProxy] { return (value.text, value.origin.shown) }
        return ProxySettings.exceptions(in: environment).map { ($0.value, $0.name) }
    }

    private var certificates: Diagnosis {
        let replacing = ["SSL_CERT_FILE", "SSL_CERT_DIR"].compactMap { name in
            environment[name].flatMap { $0.isEmpty ? nil : "\(name) \($0)" }
        }
        var text =
            replacing.isEmpty ? "the system's" : "those of \(replacing.joined(separator: " and ")), not the system's"
        if let value = settings[.caFile] { text += ", and those of \(reader.path(value)) (\(value.origin.shown))" }
        return Diagnosis("certificates", .ok, message: text)
    }
}
