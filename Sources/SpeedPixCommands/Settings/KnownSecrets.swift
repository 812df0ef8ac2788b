import SpeedPix

/// Every secret that the environment and the settings files hold, also where another one counts, or none as with
/// `--local`: nothing may show or keep any of them.
///
/// It accepts files that ``SettingsReader`` refuses: a secret in a file that others may read, or in one with a mistake, is a
/// secret, too.
struct KnownSecrets {
    let reader: SettingsReader

    /// The secrets that are found without running a command; what cannot be read is left out.
    var all: [String] {
        let environment = reader.context.environment
        var values = Values()
        values.add(environment[Setting.appSecret.variable])
        for name in Self.proxyVariables { values.addPassword(of: environment[name]) }
        for setting in Self.files {
            guard let path = reader.context.variable(setting.variable) else { continue }
            values.addFile(reader.context.absolute(path))
        }
        for path in reader.projectPaths + [reader.ownPath] {
            guard let file = try? FileText.read(path, limit: SettingsFile.largest),
                let table = try? TOMLParser.parse(file.text)
            else { continue }
            for section in [table] + profiles(of: table) {
                values.add(section.text(Setting.appSecret))
                values.addPassword(of: section.text(Setting.proxy))
                let origin = SettingOrigin.file(path: path, line: 0, profile: nil)
                for name in Self.files.compactMap({ section.text($0) }) {
                    values.addFile(reader.path(SettingValue(text: name, origin: origin)))
                }
            }
        }
        return values.secrets
    }

    /// Settings that name a file with nothing but a secret in it.
    private static let files: [Setting] = [.appSecretFile, .natsPasswordFile, .natsTokenFile]

    private static let proxyVariables = [
        Setting.proxy.variable, "https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY",
    ]

    private func profiles(of table: TOMLTable) -> [TOMLTable] {
        guard case .table(let named)? = table.entries[SettingsFile.profilesKey]?.value else { return [] }
        return named.entries.values.compactMap { entry in
            if case .table(let profile) = entry.value { profile } else { nil }
        }
    }

    private struct Values {
        private(set) var secrets: [String] = []

        mutating func add(_ secret: String?) {
            guard let secret, !secret.isEmpty, !secrets.contains(secret) else { return }
            secrets.append(secret)
        }

        /// Bytes. A password of fewer is part of ordinary words, which would be struck out with it.
        private static let shortestPassword = 6

        /// The password in a proxy's URL, as it is written there and as it is meant.
        mutating func addPassword(of url: String?) {
            guard let url, let at = url.lastIndex(of: "@") else { return }
            let start = url.firstRange(of: "://")?.upperBound ?? url.startIndex
            guard start < at, let colon = url[start..<at].firstIndex(of: ":") else { return }
            let written = String(url[url.index(after: colon)..<at])
            for password in [written, (try? Proxy(url))?.password?.revealed ?? ""]
            where password.utf8.count >= Self.shortestPassword { add(password) }
        }

        mutating func addFile(_ path: String) {
            guard let file = try? FileText.read(path, limit: 64 << 10) else { return }
            add(file.text.trimming(while: \.isWhitespace))
        }
    }
}

extension TOMLTable {
    fileprivate func text(_ setting: Setting) -> String? {
        guard case .string(let text)? = entries[setting.key]?.value else { return nil }
        return text
    }
}
