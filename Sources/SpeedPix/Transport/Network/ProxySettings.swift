/// Which connections go through a proxy, and through which.
public struct ProxySettings: Sendable, Hashable {
    /// For http URLs; nil for none.
    public var http: Proxy?
    /// For https URLs; nil for none.
    public var https: Proxy?
    /// The hosts that are reached without one. Default: this machine.
    public var exceptions = ProxyExceptions()

    /// No proxy.
    public init() {}

    /// One proxy for everything but the exceptions.
    public init(_ proxy: Proxy, exceptions: ProxyExceptions = ProxyExceptions()) {
        (http, https) = (proxy, proxy)
        self.exceptions = exceptions
    }

    /// As the environment has it: `HTTPS_PROXY` for https URLs, `HTTP_PROXY` for http URLs, `ALL_PROXY` for those that have
    /// none of their own, and `NO_PROXY`. Of the two spellings, `https_proxy` and `HTTPS_PROXY`, the lower case counts
    /// first. An empty one counts as unset.
    ///
    /// - Throws: ``SpeedPixError`` with code `configuration` for a text that is not a proxy.
    public init(environment: [String: String]) throws(SpeedPixError) {
        http = try Self.proxy(for: "http", in: environment)
        https = try Self.proxy(for: "https", in: environment)
        if let list = Self.exceptions(in: environment) { exceptions = ProxyExceptions(list.value) }
    }

    /// The variable that names the proxy for a scheme, and what is in it.
    package static func variable(for scheme: String, in environment: [String: String]) -> (name: String, value: String)?
    {
        first(["\(scheme)_proxy", "\(scheme)_proxy".uppercased(), "all_proxy", "ALL_PROXY"], in: environment)
    }

    /// The variable that lists the exceptions, and what is in it.
    package static func exceptions(in environment: [String: String]) -> (name: String, value: String)? {
        first(["no_proxy", "NO_PROXY"], in: environment)
    }

    private static func first(
        _ names: [String], in environment: [String: String]
    ) -> (name: String, value: String)? {
        for name in names {
            if let value = environment[name], !value.isEmpty { return (name, value) }
        }
        return nil
    }

    private static func proxy(for scheme: String, in environment: [String: String]) throws(SpeedPixError) -> Proxy? {
        guard let (name, value) = variable(for: scheme, in: environment) else { return nil }
        return try Proxy(value, from: name)
    }

    /// The proxy for a URL; nil if it is reached directly, or is not an http or https URL.
    public func proxy(for url: String) -> Proxy? {
        RequestTarget(url).flatMap(proxy)
    }

    func proxy(for target: RequestTarget) -> Proxy? {
        guard let proxy = target.scheme == "https" ? https : http,
            !exceptions.contains(host: target.host, port: target.port)
        else { return nil }
        return proxy
    }
}
