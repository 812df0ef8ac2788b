#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A proxy server.
public struct Proxy: Sendable, Hashable, CustomStringConvertible {
    /// How it is spoken to.
    public enum Kind: String, Sendable, Hashable {
        /// HTTP: `CONNECT` for https, and the whole URL in the request line for http.
        case http
        /// SOCKS 5 without a password. The proxy looks up host names.
        case socks5
    }

    /// User name and password for the proxy itself.
    struct Credentials: Sendable, Hashable {
        var user: String
        var password: Secret
    }

    /// How it is spoken to.
    public let kind: Kind
    /// Its name or address, an IPv6 address without brackets.
    public let host: String
    /// The port it listens on.
    public let port: Int
    let credentials: Credentials?

    /// Ports of a URL that names none: that of its scheme, and that of RFC 1928.
    private static let defaultPorts: [Kind: Int] = [.http: 80, .socks5: 1080]
    private static let form =
        "write it as http://proxy.example.com:3128, or http://USER:PASSWORD@proxy.example.com:3128"

    /// Reads a proxy's URL: `http://HOST:PORT` or `socks5://HOST:PORT`, without a scheme http.
    ///
    /// User name and password may stand before the host, as in `http://USER:PASSWORD@HOST`. What is percent-encoded in
    /// them is decoded, and must be where it would end them otherwise.
    ///
    /// - Parameter name: The setting that it comes from, as messages begin: "HTTPS_PROXY".
    /// - Throws: ``SpeedPixError`` with code `configuration`. It never shows user name or password.
    public init(_ text: String, from name: String = "the proxy") throws(SpeedPixError) {
        func wrong(_ reason: String, _ remedy: String = Proxy.form) -> SpeedPixError {
            SpeedPixError(.configuration, "\(name) \(reason)", remedy: remedy)
        }
        guard text.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7F }) else {
            throw wrong("has a space or a control character in it")
        }
        var rest = text[...]
        var scheme = "http"
        if let mark = text.firstRange(of: "://") {
            scheme = text[..<mark.lowerBound].lowercased()
            rest = text[mark.upperBound...]
        }
        switch scheme {
        case "http": kind = .http
        case "socks5", "socks5h": kind = .socks5
        case "https":
            throw wrong(
                "has the scheme https: TLS to the proxy itself is not supported", "use its http port: \(Self.form)")
        default:
            // Up to the scheme there is no password.
            throw wrong("has the scheme \"\(scheme.prefix(20).description.printable())\", which is not supported")
        }
        var user: Substring?
        // The last one: a password may have others in it.
        if let at = rest.lastIndex(of: "@") {
            user = rest[..<at]
            rest = rest[rest.index(after: at)...]
        }
        rest = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard let target = RequestTarget(host: rest, defaultPort: Self.defaultPorts[kind] ?? 80) else {
            throw wrong(user == nil ? "names no host and port" : "names no host and port after the password")
        }
        host = target.host
        port = target.port
        credentials = try user.map { text throws(SpeedPixError) in
            let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentEncoding.decode(parts[0]),
                let password = PercentEncoding.decode(parts.count == 2 ? parts[1] : "")
            else {
                throw wrong(
                    "has a user name or a password with a % that does not begin an encoded byte", "write %25 for a %")
            }
            return Credentials(user: name, password: Secret(password))
        }
        guard kind == .http || credentials == nil else {
            throw wrong(
                "has a user name, which is not supported for SOCKS", "use a proxy that asks for none, or an HTTP proxy")
        }
    }

    /// Whether the proxy gets a user name and a password.
    public var hasCredentials: Bool { credentials != nil }

    /// The password, so that output can be searched for it.
    package var password: Secret? { credentials?.password }

    /// The value of `Proxy-Authorization` (RFC 7617).
    var authorization: String? {
        credentials.map { credentials in
            let pair = Data("\(credentials.user):\(credentials.password.revealed)".utf8)
            return "Basic \(pair.base64EncodedString())"
        }
    }

    /// Host and port, as a URL has them.
    var authority: String { host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// As logs and messages show it: without user name and password.
    public var description: String { "\(kind.rawValue)://\(authority)" }
}
