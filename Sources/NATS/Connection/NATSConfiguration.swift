/// Where NATS is, and how a connection proves who it is. Never describes its credentials.
package struct NATSConfiguration: Sendable, CustomStringConvertible {
    package enum Credentials: Sendable, CustomStringConvertible {
        case none
        case user(String, password: String)
        case token(String)
        /// The path of a `.creds` file, which has a user's JWT and the seed of his key.
        case file(String)

        package var description: String {
            switch self {
            case .none: "none"
            case .user(let name, _): "user \(name), password <redacted>"
            case .token: "token <redacted>"
            case .file(let path): "file \(path)"
            }
        }
    }

    /// Paths of PEM files. Whatever is nil is the system's or left out.
    package struct TLS: Sendable {
        /// Whom to believe that the server is the server. Nil: the certificate authorities that the system trusts.
        package var certificateAuthorities: String?
        /// The client's own certificate with those that lead to its authority; together with `key` or not at all.
        package var certificate: String?
        package var key: String?

        package init(certificateAuthorities: String? = nil, certificate: String? = nil, key: String? = nil) {
            self.certificateAuthorities = certificateAuthorities
            self.certificate = certificate
            self.key = key
        }
    }

    /// `nats://host:4222` or `tls://host:4222`, one or more of one cluster. They must not have passwords in them.
    package var servers: [String]
    package var credentials: Credentials
    /// Nil: TLS only if a URL is `tls://…` or the server asks for it.
    package var tls: TLS?
    /// What the server calls this connection in its own reports.
    package var name: String?
    /// How long connecting to one server may take.
    package var connectTimeout: Duration
    /// How long to wait between two attempts to connect again; up to half of it is added at random.
    package var reconnectWait: Duration

    package init(
        servers: [String], credentials: Credentials = .none, tls: TLS? = nil, name: String? = nil,
        connectTimeout: Duration = .seconds(5), reconnectWait: Duration = .seconds(2)
    ) {
        self.servers = servers
        self.credentials = credentials
        self.tls = tls
        self.name = name
        self.connectTimeout = connectTimeout
        self.reconnectWait = reconnectWait
    }

    package var description: String { "NATS at \(servers.joined(separator: ", ")) (\(credentials))" }
}
