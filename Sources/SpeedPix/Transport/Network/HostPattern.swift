/// One entry of a list of hosts, as `NO_PROXY` and ``DownloadHosts`` have them.
enum HostPattern: Sendable, Hashable {
    case all
    /// A name, which stands for itself and everything below it.
    case name(String, port: Int?)
    /// The addresses whose first `prefix` bits are the block's.
    case addresses(IPAddress, prefix: Int, port: Int?)

    /// - Parameter word: `*`; a name with or without a dot or `*.` before it; an address or a block of them
    ///   (`10.0.0.0/8`); either of the last two with a port, an IPv6 address then in brackets.
    /// - Returns: Nil for a text that is none of these.
    init?(_ word: some StringProtocol) {
        if word == "*" {
            self = .all
            return
        }
        if let slash = word.firstIndex(of: "/") {
            guard let address = IPAddress(word[..<slash]), let bits = Int(word[word.index(after: slash)...]),
                (0...address.bytes.count * 8).contains(bits)
            else { return nil }
            self = .addresses(address, prefix: bits, port: nil)
            return
        }
        // An IPv6 address needs no brackets if it has no port.
        if let address = IPAddress(word) {
            self = .addresses(address, prefix: address.bytes.count * 8, port: nil)
            return
        }
        guard let target = RequestTarget(host: word, defaultPort: 1) else { return nil }
        let hasPort = word.last != "]" && word.contains(":")
        let port = hasPort ? target.port : nil
        if let address = IPAddress(target.host) {
            self = .addresses(address, prefix: address.bytes.count * 8, port: port)
            return
        }
        var name = target.host[...]
        if name.hasPrefix("*.") { name = name.dropFirst() }
        if name.hasPrefix(".") { name = name.dropFirst() }
        if name.hasSuffix(".") { name = name.dropLast() }
        guard !name.isEmpty else { return nil }
        self = .name(String(name), port: port)
    }

    /// - Parameters:
    ///   - name: In lower case, without a dot at the end.
    ///   - address: The host, if it is an address and no name.
    func matches(name: String, address: IPAddress?, port: Int) -> Bool {
        switch self {
        case .all: true
        case .name(let suffix, let only):
            (only == nil || only == port) && (name == suffix || name.hasSuffix("." + suffix))
        case .addresses(let block, let prefix, let only):
            (only == nil || only == port) && address?.isWithin(block, prefix: prefix) ?? false
        }
    }
}

extension String {
    /// A host's name as names are compared: in lower case, without the dot that may end it.
    var comparableHost: String {
        let name = lowercased()
        return name.hasSuffix(".") ? String(name.dropLast()) : name
    }

    /// Whether a host's name, as names are compared, stands for this machine by definition (RFC 6761, section 6.3).
    var isLoopbackName: Bool { self == "localhost" || hasSuffix(".localhost") }
}
