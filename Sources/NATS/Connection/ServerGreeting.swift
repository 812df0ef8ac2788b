internal import CNATS

/// What a server says to whoever connects: `INFO {"version":"2.9.10",…}`.
struct ServerGreeting {
    var version: String

    /// Connects and reads it. Blocks.
    init?(url: String, timeout: Int32) {
        guard let (host, port) = Self.address(of: url) else { return nil }
        let line = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64 << 10) { buffer in
            spn_server_greeting(host, port, timeout, buffer.baseAddress, buffer.count)
                ? buffer.baseAddress.map { String(cString: $0) } : nil
        }
        guard let line else { return nil }
        self.init(line: line)
    }

    init?(line: String) {
        guard line.hasPrefix("INFO ") else { return nil }
        var version: String?
        var scanner = JSONScanner(Array(line.utf8.dropFirst(5)))
        try? scanner.object { key, value throws(NATSError) in
            if key == "version" { version = try value.string() } else { try value.skip() }
        }
        guard let version else { return nil }
        self.version = version
    }

    /// Host and port of `nats://host:4222` or `nats://[::1]:4222`.
    static func address(of url: String) -> (host: String, port: String)? {
        guard let scheme = url.firstRange(of: "://") else { return nil }
        let rest = url[scheme.upperBound...]
        guard let colon = rest.lastIndex(of: ":") else { return nil }
        var host = rest[..<colon]
        if host.first == "[", host.last == "]" { host = host.dropFirst().dropLast() }
        let port = rest[rest.index(after: colon)...]
        return host.isEmpty || port.isEmpty ? nil : (String(host), String(port))
    }
}
