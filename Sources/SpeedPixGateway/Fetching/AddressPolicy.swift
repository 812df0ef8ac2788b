import SpeedPix

/// Which addresses the gateway connects to for a URL that a client has put into an input: those of the public network, so that
/// nobody reaches through it what only it can reach.
enum AddressPolicy {
    /// The first bytes of IPv6 addresses that stand for IPv4 ones: NAT64 (RFC 6052, RFC 8215) and 6to4 (RFC 3056). A network may
    /// lead them to its own private addresses.
    private static let translated: [[UInt8]] = [[0x00, 0x64, 0xFF, 0x9B], [0x20, 0x02]]

    /// - Parameter text: An address as the system writes it.
    /// - Returns: False for this machine, private networks, links, groups, addresses that stand for others, those set apart for
    ///   other purposes, and a text that is no address.
    static func isPublic(_ text: String) -> Bool {
        guard let address = IPAddress(text) else { return false }
        // An IPv4 address that is written as an IPv6 one.
        guard text.contains(":") == (address.bytes.count == 16) else { return false }
        return address.isPublic && !translated.contains { address.bytes.count == 16 && address.bytes.starts(with: $0) }
    }
}
