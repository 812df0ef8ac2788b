/// Where a connection may lead, once its host's name has been looked up.
public struct AllowedAddresses: Sendable, Hashable {
    /// Whether public addresses are allowed.
    let includesPublic: Bool
    /// Blocks that are allowed besides.
    let blocks: Set<HostPattern>

    /// Whether an address is allowed: a text such as `192.0.2.1` or `2001:db8::1`. False for a text that is none.
    public func contains(_ address: String) -> Bool {
        // A link's name may follow an IPv6 address.
        guard let address = IPAddress(address.prefix { $0 != "%" }) else { return false }
        return includesPublic && (address.isPublic || address.isStandIn)
            || blocks.contains { $0.matches(name: "", address: address, port: 0) }
    }
}
