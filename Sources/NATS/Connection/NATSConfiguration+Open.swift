internal import CNATS

extension NATSConfiguration {
    /// - Throws: `NATSError.invalid` for what libnats would take amiss, or would take otherwise than it is meant.
    func check() throws(NATSError) {
        guard !servers.isEmpty else { throw NATSError(.invalid, "no NATS server is named") }
        for server in servers { try Self.checkURL(server) }
        if let tls, (tls.certificate == nil) != (tls.key == nil) {
            throw NATSError(.invalid, "a certificate for NATS and its key belong together: one is missing")
        }
    }

    private static func checkURL(_ server: String) throws(NATSError) {
        // Not shown: what is wrong may be a password in it.
        guard !server.contains("@") else {
            throw NATSError(
                .invalid, "the URL of a NATS server must not have a user, a password or a token in it",
                remedy: "set them apart")
        }
        let shown = Subject.quoted(server)
        let host = ["nats://", "tls://"].lazy.filter { server.hasPrefix($0) }.map { server.dropFirst($0.count) }.first
        guard let host else { throw NATSError(.invalid, "\(shown) is not nats://HOST:PORT or tls://HOST:PORT") }
        guard !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ",") }) else {
            throw NATSError(.invalid, "\(shown) has no host that NATS can be reached at")
        }
    }

    /// Connects. Blocks.
    func open(context: UInt) throws(NATSError) -> OpaquePointer {
        var texts = CStrings()
        defer { texts.free() }
        var options = spn_options()
        let urls = servers.map { texts.add($0) }
        options.server_count = Int32(servers.count)
        options.name = texts.add(name)
        switch credentials {
        case .none: break
        case .user(let user, let password): (options.user, options.password) = (texts.add(user), texts.add(password))
        case .token(let token): options.token = texts.add(token)
        case .file(let path): options.credentials_file = texts.add(path)
        }
        options.tls = tls != nil || servers.contains { $0.hasPrefix("tls://") }
        options.authorities_file = texts.add(tls?.certificateAuthorities)
        options.certificate_file = texts.add(tls?.certificate)
        options.key_file = texts.add(tls?.key)
        options.connect_timeout_ms = max(1, connectTimeout.milliseconds)
        options.reconnect_wait_ms = max(1, reconnectWait.milliseconds)
        options.reconnect_jitter_ms = max(1, reconnectWait.milliseconds / 2)

        var connection: OpaquePointer?
        let (status, text) = withErrorText { error in
            urls.withUnsafeBufferPointer { urls in
                options.servers = urls.baseAddress
                return spn_connect(&options, context, &connection, error)
            }
        }
        guard status == 0, let connection else { throw NATSError(status: status, text: text) }
        return connection
    }
}

/// Texts for the C side, freed together.
private struct CStrings {
    private var all: [UnsafeMutablePointer<CChar>] = []

    mutating func add(_ text: String?) -> UnsafePointer<CChar>? {
        guard let text else { return nil }
        let bytes = text.utf8CString
        let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
        for (index, byte) in bytes.enumerated() { (copy + index).initialize(to: byte) }
        all.append(copy)
        return UnsafePointer(copy)
    }

    mutating func free() {
        for copy in all { copy.deallocate() }
        all = []
    }
}
