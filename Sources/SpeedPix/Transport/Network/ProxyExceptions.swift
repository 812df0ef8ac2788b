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
    private var entries: [HostPattern] = []
    private var includesLoopback = true

    /// This machine alone.
    public init() {}

    /// - Parameter text: The list. What is not a host in it is about no host.
    public init(_ text: String) {
        for word in text.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
            if word == "<-loopback>" {
                includesLoopback = false
            } else if let entry = HostPattern(word) {
                entries.append(entry)
            }
        }
    }

    /// Whether a host is reached without a proxy.
    ///
    /// - Parameter host: A name or an address, an IPv6 address without brackets. Compared without case.
    public func contains(host: String, port: Int) -> Bool {
        let name = host.comparableHost
        let address = IPAddress(name)
        if includesLoopback, address?.isLoopback ?? name.isLoopbackName { return true }
        return entries.contains { $0.matches(name: name, address: address, port: port) }
    }
}
