import NATS
import SystemPackage

/// The NATS that batches are put into, and as whom a command connects to it.
struct QueueTarget: Sendable {
    private(set) var configuration: NATSConfiguration
    /// On how many servers of a cluster streams are kept that a batch makes.
    let replicas: Int
    /// Where it is, for messages and further command lines.
    let url: String
    /// Whether the command line has said so, so that further ones must say it, too.
    let isGivenByFlag: Bool

    /// - Parameter queue: What the command line says; nil for the setting.
    /// - Throws: ``SettingsError``; ``CommandFailure`` if nothing says where it is, and for a URL of another kind.
    init(_ queue: String?, _ settings: ResolvedSettings, _ reader: SettingsReader) throws {
        guard let url = queue ?? settings[.natsURL]?.text else {
            throw CommandFailure(
                .usage, "nothing says where NATS is", hint: "--queue nats://HOST:4222, or the setting nats_url")
        }
        let origin = queue == nil ? settings[.natsURL]?.origin.shown ?? "nats_url" : "--queue"
        let servers = try Self.servers(url, from: origin)
        self.url = url
        isGivenByFlag = queue != nil
        replicas = settings[.natsReplicas]?.number.map { Int($0) } ?? 1
        func path(_ setting: Setting) -> String? { settings[setting].map(reader.path) }
        var tls: NATSConfiguration.TLS?
        if let authorities = path(.natsCAFile) { tls = .init(certificateAuthorities: authorities) }
        switch (path(.natsCertificate), path(.natsKey)) {
        case (let certificate?, let key?):
            tls = tls ?? .init()
            tls?.certificate = certificate
            tls?.key = key
        case (nil, nil): break
        default:
            throw SettingsError(
                message: "nats_cert_file and nats_key_file go together, and only one of them is set", hint: "set both")
        }
        configuration = NATSConfiguration(
            servers: servers, credentials: try Self.credentials(settings, reader), tls: tls, name: "speedpix")
    }

    /// - Throws: ``CommandFailure`` for what is no list of NATS' URLs. Its text is not shown if it may have a password in it.
    static func servers(_ text: String, from origin: String) throws -> [String] {
        if text.contains("@") {
            throw CommandFailure(
                .usage, "\(origin): a URL with a name or a password in it is refused, since others can read it",
                hint: "set nats_user with nats_password_file, nats_token_file or nats_creds in speedpix.toml")
        }
        let servers = text.split(separator: ",").map { $0.trimming(while: \.isWhitespace) }
        let isRight = servers.allSatisfy { server in
            ["nats://", "tls://"].contains { scheme in
                let address = server.dropFirst(scheme.count)
                return server.hasPrefix(scheme) && !address.isEmpty
                    && !address.contains { $0.isWhitespace || $0 == "/" }
            }
        }
        guard isRight, !servers.isEmpty else {
            throw CommandFailure(
                .usage, "\(origin): \"\(text.prefix(80).description.printable())\" is not where a NATS is",
                hint: "it looks like nats://HOST:4222, or nats://HOST1:4222,nats://HOST2:4222 for a cluster")
        }
        return servers
    }

    private static func credentials(
        _ settings: ResolvedSettings, _ reader: SettingsReader
    ) throws -> NATSConfiguration.Credentials {
        let ways: [Setting] = [.natsPasswordFile, .natsTokenFile, .natsCredentials]
        let given = ways.filter { settings[$0] != nil }
        guard given.count < 2 else {
            throw SettingsError(
                message: "\(given[0].key) and \(given[1].key) both say who connects to NATS", hint: "keep one of them")
        }
        if let value = settings[.natsTokenFile] { return .token(try reader.secret(inFileOf: value)) }
        if let value = settings[.natsCredentials] {
            let path = reader.path(value)
            guard let file = try PrivateFile(path, limit: 64 << 10) else {
                throw SettingsError(message: "\(value.origin.shown): there is no file \(path.printable())")
            }
            try file.checkIsPrivate(holding: "credentials for NATS")
            return .file(path)
        }
        switch (settings[.natsUser], settings[.natsPasswordFile]) {
        case (let user?, let file?): return .user(user.text, password: try reader.secret(inFileOf: file))
        case (nil, nil): return .none
        default:
            throw SettingsError(
                message: "nats_user and nats_password_file go together, and only one of them is set", hint: "set both")
        }
    }

    /// The same for whoever does not wait for it: all its servers together get so long to be connected to.
    func connecting(within limit: Duration) -> QueueTarget {
        var target = self
        target.configuration.connectTimeout = limit / max(configuration.servers.count, 1)
        return target
    }

    /// What further command lines need behind their own words; empty if the settings say where NATS is.
    var flag: String { isGivenByFlag ? " --queue \(ShellText.quoted(url))" : "" }
}
