import HTTPTypes
import SpeedPix

extension HTTPField.Name {
    /// Where the page stands that a browser asks for: `same-origin`, `same-site`, `cross-site`, or `none` for a person. No page
    /// can set it (W3C, Fetch Metadata Request Headers).
    static let secFetchSite = HTTPField.Name("Sec-Fetch-Site") ?? .via
    /// A `Host` besides the first, which is the request's authority.
    fileprivate static let repeatedHost = HTTPField.Name("Host") ?? .via
}

/// Refuses requests that pages of elsewhere let a browser make.
///
/// The name that the browser knows the gateway by must be one that nobody else can have: a name of another's may be made to
/// stand for this machine while its page is open (DNS rebinding). And the page must be the gateway's own: one of another port
/// of this machine, such as ComfyUI's, is of the same site, and not of the same origin.
struct ConsoleGuard: Sendable {
    private static let loopbackHosts: Set<String> = ["127.0.0.1", "localhost", "[::1]"]

    /// In lower case, without ports: a tunnel has another one.
    private let hosts: Set<String>
    private let scheme: String
    /// As browsers write ``GatewayConfiguration/publicURL`` in `Origin`; nil without one.
    private let publicOrigin: String?

    init(_ configuration: GatewayConfiguration) {
        var hosts = Self.loopbackHosts
        if Self.isLoopbackAddress(configuration.host) { hosts.insert(configuration.host) }
        publicOrigin = configuration.publicURL.map { Self.origin($0) }
        if let publicOrigin, let host = Self.host(publicOrigin.authority) { hosts.insert(host) }
        self.hosts = hosts
        scheme = configuration.tls == nil ? "http" : "https"
    }

    /// Whether the page can be opened at an origin, such as `http://127.0.0.1:8187`.
    func takes(origin: String) -> Bool {
        Self.host(origin.authority).map { hosts.contains($0) } ?? false
    }

    /// - Returns: The `Host` of the request, in lower case.
    /// - Throws: ``Refusal`` for one that the page cannot be opened by.
    @discardableResult
    func checkHost(_ request: HTTPRequest) throws(Refusal) -> String {
        let authority = request.authority ?? ""
        // The first `Host` is the authority; another one stays among the headers.
        guard request.headerFields[.repeatedHost] == nil, let host = Self.host(authority), hosts.contains(host) else {
            throw .accessDenied(
                "the console is not at \(String(authority.prefix(100)).printable()): open it by 127.0.0.1 or localhost on the"
                    + " gateway's machine, or through a tunnel; or name its address with --public-url")
        }
        return authority.lowercased()
    }

    /// Checks the host, and that the request is one of the gateway's own page.
    ///
    /// - Throws: ``Refusal``.
    func check(_ request: HTTPRequest) throws(Refusal) {
        let authority = try checkHost(request)
        let site = request.headerFields[.secFetchSite]
        let origin = request.headerFields[.origin]
        let isRead = request.method == .get || request.method == .head
        guard site == nil || site == "same-origin" else { throw Self.foreign("Sec-Fetch-Site is not same-origin") }
        if let origin {
            // A page that sends no referrer may send no origin either, and then the browser's word for it is enough.
            let isOwn = origin == "\(scheme)://\(authority)" || origin == publicOrigin
            guard isOwn || (origin == "null" && site != nil) else { throw Self.foreign("Origin is another one") }
        }
        guard isRead || site != nil || origin != nil else {
            throw Self.foreign("there is neither Sec-Fetch-Site nor Origin")
        }
    }

    private static func foreign(_ reason: String) -> Refusal {
        .accessDenied("only the console's own page may do this: \(reason)")
    }

    /// A URL's scheme and authority as a browser writes them: in lower case, without the scheme's own port.
    private static func origin(_ url: String) -> String {
        var origin = url.lowercased()
        for (scheme, port) in [("https://", ":443"), ("http://", ":80")]
        where origin.hasPrefix(scheme) && origin.hasSuffix(port) {
            origin.removeLast(port.utf8.count)
        }
        return origin
    }

    /// The host of `host`, `host:port` or `[address]:port`, in lower case; nil for anything else.
    private static func host(_ authority: some StringProtocol) -> String? {
        // ASCII alone: other characters may be equal to letters without being the same.
        guard authority.utf8.allSatisfy({ (0x21..<0x7F).contains($0) }) else { return nil }
        var end = authority.firstIndex(of: ":") ?? authority.endIndex
        if authority.hasPrefix("[") {
            guard let bracket = authority.firstIndex(of: "]") else { return nil }
            end = authority.index(after: bracket)
        }
        let port = authority[end...].utf8
        let isPort = (2...6).contains(port.count) && port.first == 0x3A && port.dropFirst().allSatisfy(isDigit)
        guard end > authority.startIndex, port.isEmpty || isPort else { return nil }
        return authority[..<end].lowercased()
    }

    /// Whether it is `127.` with three more numbers, as browsers write such an address.
    private static func isLoopbackAddress(_ host: String) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0).map { String($0) } == String($0) }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}

extension String {
    /// What follows the scheme of an origin.
    fileprivate var authority: Substring { firstRange(of: "://").map { self[$0.upperBound...] } ?? self[...] }
}
