/// The URL under which clients reach a gateway behind another server.
package enum PublicURL {
    private static let scheme = "https://"

    /// The URL as answers begin with it, without a slash at its end.
    ///
    /// A path is refused: calls are signed with theirs, which a server in front must not change.
    ///
    /// - Returns: Nil for anything but `https://`, a host and perhaps a port.
    package static func checked(_ text: String) -> String? {
        guard text.lowercased().hasPrefix(scheme) else { return nil }
        var authority = text.dropFirst(scheme.count)
        if authority.hasSuffix("/") { authority = authority.dropLast() }
        let isPlain = authority.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "-._:[]".utf8.contains(byte)
        }
        guard !authority.isEmpty, isPlain else { return nil }
        return "\(scheme)\(authority)"
    }
}
