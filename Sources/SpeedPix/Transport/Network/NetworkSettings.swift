/// How connections leave this machine: through which proxy, and which certificates they trust.
///
/// The default is to connect directly and to trust what the system trusts.
public struct NetworkSettings: Sendable, Hashable {
    /// Which connections go through a proxy.
    public var proxies = ProxySettings()
    /// Which certificates count beside those of the system, or instead of them.
    public var trust = TrustSettings()

    /// Directly, trusting what the system trusts.
    public init() {}

    /// As the environment has it: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`, `SSL_CERT_FILE`, `SSL_CERT_DIR`.
    ///
    /// - Parameter environment: Handed in: the SDK itself reads no global.
    /// - Throws: ``SpeedPixError`` with code `configuration`, which names the variable.
    public init(environment: [String: String]) throws {
        proxies = try ProxySettings(environment: environment)
        trust = try TrustSettings(environment: environment)
    }
}
