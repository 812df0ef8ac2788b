#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The hosts that files are fetched from: URLs come in answers, and what a workflow writes into one is its caller's to
/// choose.
///
/// The endpoint itself, its host with its port, always counts. By default so does every public address, and nothing on
/// this machine, in its network or on its link. Addresses are checked where the URL has one, after a name was looked
/// up (on the connection that was made, before anything is sent), and after each redirect.
///
/// Through a proxy the proxy looks names up: then names count as they are written. The same goes for connections of an
/// `HTTPClient` of the program's own.
public struct DownloadHosts: Sendable, Hashable {
    private var includesPublic = false
    private var patterns: Set<HostPattern> = []

    /// The endpoint and every public address: the default.
    public static let publicAddresses = DownloadHosts(includesPublic: true)
    /// The endpoint alone.
    public static let endpoint = DownloadHosts(includesPublic: false)
    /// Everything that a URL can name.
    public static let all = DownloadHosts(includesPublic: true, patterns: [.all])

    private init(includesPublic: Bool, patterns: Set<HostPattern> = []) {
        self.includesPublic = includesPublic
        self.patterns = patterns
    }

    /// - Parameter list: Separated by commas or blanks: `public`, `endpoint` (which counts anyway), a name, which stands
    ///   for everything below it, too, an address, a block of them (`10.0.0.0/8`), each of these but the block with a
    ///   port if it is for that alone (`files.lan:9000`), and `*` for all there is.
    /// - Throws: ``SpeedPixError`` with code `configuration` for a word that is none of these, and for an empty list.
    public init(_ list: String) throws(SpeedPixError) {
        let words = list.split { $0 == "," || $0.isWhitespace }
        guard !words.isEmpty else { throw Self.wrong(list) }
        for word in words {
            switch word.lowercased() {
            case "public": includesPublic = true
            case "endpoint": break
            default:
                guard let pattern = HostPattern(word) else { throw Self.wrong(String(word)) }
                patterns.insert(pattern)
            }
        }
    }

    private static func wrong(_ word: String) -> SpeedPixError {
        SpeedPixError(
            .configuration, "\"\(word.printable())\" is not a host that files can come from",
            remedy: "write names, addresses or blocks of them (10.0.0.0/8), public, endpoint, or * for all")
    }

    /// Whether a URL may be fetched, and what is still to be checked.
    ///
    /// - Returns: Which addresses a connection may lead to; nil if any, since the host itself was named.
    /// - Throws: ``SpeedPixError`` with code `not_allowed`.
    func check(_ url: String, endpoint: String) throws(SpeedPixError) -> AllowedAddresses? {
        if patterns.contains(.all) { return nil }
        guard let target = RequestTarget(url) else { throw Self.refusal(url) }
        let (name, address) = (target.host.comparableHost, IPAddress(target.host.comparableHost))
        // A URL in which two readers find two hosts is not a named host's.
        if Self.isUnambiguous(url, host: name) {
            if let own = RequestTarget(endpoint), Self.isSame(target, own) { return nil }
            if patterns.contains(where: { $0.matches(name: name, address: address, port: target.port) }) { return nil }
        }
        let blocks = patterns.compactMap { pattern -> HostPattern? in
            guard case .addresses(let block, let prefix, let only) = pattern, only == nil || only == target.port else {
                return nil
            }
            return .addresses(block, prefix: prefix, port: nil)
        }
        if let address {
            guard includesPublic, address.isPublic else { throw Self.refusal(target.authority) }
        } else if name.isLoopbackName || !includesPublic && blocks.isEmpty {
            throw Self.refusal(target.authority)
        }
        return AllowedAddresses(includesPublic: includesPublic, blocks: Set(blocks))
    }

    /// Whether what connects finds the same host in the URL.
    private static func isUnambiguous(_ url: String, host: String) -> Bool {
        guard let other = URL(string: url)?.host()?.comparableHost else { return false }
        return other.trimmingPrefix("[").prefix { $0 != "]" } == host
    }

    /// Whether both are one server. This machine has many names, and a gateway on it goes by any.
    private static func isSame(_ one: RequestTarget, _ other: RequestTarget) -> Bool {
        func isLoopback(_ target: RequestTarget) -> Bool {
            let name = target.host.comparableHost
            return IPAddress(name)?.isLoopback ?? name.isLoopbackName
        }
        guard one.port == other.port else { return false }
        return one.host.comparableHost == other.host.comparableHost || isLoopback(one) && isLoopback(other)
    }

    /// What is said of a host that is not allowed.
    static func refusal(_ authority: String) -> SpeedPixError {
        SpeedPixError(
            .notAllowed, "nothing is fetched from \(authority.printable()): results do not come from there",
            remedy: "if this host is yours, name it: download_hosts = \"public, HOST\" in speedpix.toml")
    }
}
