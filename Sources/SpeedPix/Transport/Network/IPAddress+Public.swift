extension IPAddress {
    /// Blocks of IPv4 that are not of the public network (IANA's registry of special-purpose addresses; RFC 6890).
    private static let specialBlocks = blocks([
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
    ])

    /// Of IPv6 only 2000::/3 is given to networks (RFC 4291, section 2.4), and of that these are not: protocols of their
    /// own, among them Teredo (RFC 2928), documentation (RFC 3849, RFC 9637).
    private static let specialBlocksOfSix = blocks(["2001::/23", "2001:db8::/32", "3fff::/20"])
    private static let unicast = blocks(["2000::/3"])
    /// 6to4: the IPv4 address follows (RFC 3056).
    private static let sixToFour = blocks(["2002::/16"])
    /// NAT64: the IPv4 address is at the end (RFC 6052). Networks without IPv4 reach all of IPv4 so.
    private static let nat64 = blocks(["64:ff9b::/96"])
    private static let benchmark = blocks(["198.18.0.0/15"])

    /// Whether it is an address of the public network: not of this machine, of a private network, of a link, of a group,
    /// nor of those set apart for other purposes.
    package var isPublic: Bool {
        if bytes.count == 4 { return !isWithin(Self.specialBlocks) }
        if isWithin(Self.nat64) { return IPAddress(bytes: Array(bytes[12...])).isPublic }
        if isWithin(Self.sixToFour) { return IPAddress(bytes: Array(bytes[2..<6])).isPublic }
        return isWithin(Self.unicast) && !isWithin(Self.specialBlocksOfSix)
    }

    /// Whether it is of the block set apart for benchmarks (RFC 2544). Proxies such as Clash answer every name with an
    /// address of it, to catch the connections; so a name may lead there, which otherwise leads nowhere.
    var isStandIn: Bool { isWithin(Self.benchmark) }

    private func isWithin(_ blocks: [(IPAddress, Int)]) -> Bool {
        blocks.contains { isWithin($0.0, prefix: $0.1) }
    }

    private static func blocks(_ texts: [String]) -> [(IPAddress, Int)] {
        texts.compactMap { text in
            guard case .addresses(let block, let prefix, _) = HostPattern(text) else { return nil }
            return (block, prefix)
        }
    }
}
