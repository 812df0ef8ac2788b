/// The hosts that are reached without a proxy: `NO_PROXY`, as curl and Go read it.
///
/// Entries are separated by commas or spaces. An entry is
/// - a name, which stands for itself and everything below it, with or without a dot before it;
/// - an IP address, or a block of them: `10.0.0.0/8`;
/// - either with a port, which it then is about: `example.com:8443`, `[::1]:80`;
/// - `*` for every host;
/// - `<-loopback>`, as Chromium has it: this machine is reached through the proxy, too. Otherwise it never is.
///
/// Names are not looked up: an address block is about addresses in URLs only.
public struct ProxyExceptions: Sendable, Hashable {
    private enum Entry: Sendable, Hashable {
        case all
        case name(String, port: Int?)
        case addresses(IPAddress, prefix: Int, port: Int?)
    }

    private var entries: [Entry] = []
    private var includesLoopback = true

    /// This machine alone.
    public init() {}

    /// - Parameter text: The list. What is no host in it is about no host.
    public init(_ text: String) {
        for word in text.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
            if word == "<-loopback>" {
                includesLoopback = false
            } else if let entry = Self.entry(word) {
                entries.append(entry)
            }
        }
    }

    private static func entry(_ word: Substring) -> Entry? {
        if word == "*" { return .all }
        if let slash = word.firstIndex(of: "/") {
            guard let address = IPAddress(word[..<slash]), let bits = Int(word[word.index(after: slash)...]),
                (0...address.bytes.count * 8).contains(bits)
            else { return nil }
            return .addresses(address, prefix: bits, port: nil)
        }
        // An IPv6 address needs no brackets if it has no port.
        if let address = IPAddress(word) { return .addresses(address, prefix: address.bytes.count * 8, port: nil) }
        guard let target = RequestTarget(host: word, defaultPort: 1) else { return nil }
        let hasPort = word.last != "]" && word.contains(":")
        let port = hasPort ? target.port : nil
        if let address = IPAddress(target.host) {
            return .addresses(address, prefix: address.bytes.count * 8, port: port)
        }
        var name = target.host[...]
        if name.hasPrefix("*.") { name = name.dropFirst() }
        if name.hasPrefix(".") { name = name.dropFirst() }
        if name.hasSuffix(".") { name = name.dropLast() }
        return name.isEmpty ? nil : .name(String(name), port: port)
    }

    /// Whether a host is reached without a proxy.
    ///
    /// - Parameter host: A name or an address, an IPv6 address without brackets. Compared without case.
    public func contains(host: String, port: Int) -> Bool {
        var name = host.lowercased()
        if name.hasSuffix(".") { name.removeLast() }
        let address = IPAddress(name)
        if includesLoopback, address?.isLoopback ?? (name == "localhost" || name.hasSuffix(".localhost")) {
            return true
        }
        return entries.contains { entry in
            switch entry {
            case .all: true
            case .name(let suffix, let only):
                (only == nil || only == port) && (name == suffix || name.hasSuffix("." + suffix))
            case .addresses(let block, let prefix, let only):
                (only == nil || only == port) && address?.isWithin(block, prefix: prefix) ?? false
            }
        }
    }
}
