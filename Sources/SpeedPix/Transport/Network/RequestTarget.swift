/// Where a URL leads: what decides on the way there.
package struct RequestTarget: Sendable, Hashable {
    /// In lower case: "https".
    package let scheme: String
    /// In lower case, an IPv6 address without brackets.
    package let host: String
    package let port: Int
    /// Host and port as the URL has them, for the `Host` header.
    package let authority: String
    /// Path and query as a request line has them.
    package let resource: String

    private static let defaultPorts = ["http": 80, "https": 443]

    /// - Returns: Nil for anything but an absolute http or https URL with a host.
    package init?(_ url: String) {
        guard let mark = url.firstRange(of: "://") else { return nil }
        let scheme = url[..<mark.lowerBound].lowercased()
        guard let defaultPort = Self.defaultPorts[scheme] else { return nil }
        let rest = url[mark.upperBound...].prefix { $0 != "#" }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let hostAndPort = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
        let resource = rest[authority.endIndex...]
        self.init(
            scheme: scheme, hostAndPort, defaultPort,
            resource: resource.hasPrefix("/") ? String(resource) : "/" + resource)
    }

    /// A host and perhaps a port, as they stand in a URL.
    ///
    /// - Returns: Nil if there is no host, or the port is not a port number.
    init?(host text: some StringProtocol, defaultPort: Int) {
        self.init(scheme: "", text, defaultPort, resource: "/")
    }

    private init?(scheme: String, _ text: some StringProtocol, _ defaultPort: Int, resource: String) {
        var host = String(text)
        var port: Int? = defaultPort
        let end = host.lastIndex(of: "]")
        if let colon = host.lastIndex(of: ":"), end.map({ $0 < colon }) ?? true {
            let digits = host[host.index(after: colon)...]
            if !digits.isEmpty { port = digits.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(digits) : nil }
            host = String(host[..<colon])
        }
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        guard !host.isEmpty, let port, (1...65_535).contains(port), !host.contains(where: { "[]@".contains($0) }),
            end != nil || !host.contains(":")
        else { return nil }
        self.scheme = scheme
        self.host = host.lowercased()
        self.port = port
        authority = String(text)
        self.resource = resource
    }
}
