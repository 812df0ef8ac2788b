/// Which URLs of inputs the gateway fetches. A value.
package struct FetchPolicy: Sendable, Hashable {
    /// Hosts, and hosts with a port, in lower case.
    private let allowed: Set<String>

    /// - Parameter hosts: What may be fetched from although it is not of the public network: names and addresses, each for all of
    ///   its ports or with one (`files.lan`, `10.0.0.7:9000`, `[fd00::1]`).
    /// - Returns: Nil if one of them is none of these.
    package init?(allowing hosts: [String] = []) {
        var allowed: Set<String> = []
        for host in hosts {
            guard let target = try? FetchTarget("http://\(host)"), target.path == "/", !host.hasSuffix("/") else {
                return nil
            }
            // Port 80 may have been written, or be the one that is meant if none is.
            let hasPort = host.lowercased().hasSuffix(":\(target.port)") && !host.hasSuffix("]")
            allowed.insert(hasPort ? target.authority : target.host)
        }
        self.allowed = allowed
    }

    /// Whether a host was named.
    func names(_ target: FetchTarget) -> Bool {
        allowed.contains(target.host) || allowed.contains(target.authority)
    }

    /// Checks what a URL itself says.
    ///
    /// - Throws: ``FetchRefusal``.
    func check(_ target: FetchTarget) throws(FetchRefusal) {
        guard !names(target) else { return }
        let isLocal = target.host == "localhost" || target.host.hasSuffix(".localhost")
        guard !isLocal, !target.isAddress || AddressPolicy.isPublic(target.host) else { throw Self.refusal(target) }
    }

    /// Checks the address that the URL's host has, which is the one to connect to.
    ///
    /// - Throws: ``FetchRefusal``.
    func check(_ address: String, of target: FetchTarget) throws(FetchRefusal) {
        guard names(target) || AddressPolicy.isPublic(address) else { throw Self.refusal(target) }
    }

    /// The same words whatever is there: what a private network has is nothing to be asked about.
    private static func refusal(_ target: FetchTarget) -> FetchRefusal {
        FetchRefusal(
            "is at \(target.authority), which is not in the public network (speedpix serve --allow-fetch HOST allows it)"
        )
    }
}
