internal import CNATS

extension NATSError {
    /// What a status of libnats means. `text` is its own, in which there are neither passwords nor tokens.
    init(status: Int32, text: String) {
        switch Int(status) {
        case SPN_NO_LIBRARY:
            // The C side names the package after a colon.
            let parts = text.split(separator: ": ", maxSplits: 1)
            self.init(
                .noLibrary, parts.first.map(String.init) ?? text,
                remedy: parts.count > 1 ? "install it: \(parts[1])" : nil)
        case SPN_AUTHENTICATION:
            self.init(
                .authentication, "NATS does not accept these credentials (\(text))",
                remedy: "check user and password, token or creds file")
        case SPN_NOT_PERMITTED: self.init(.permission, "NATS does not allow this: \(text)")
        case SPN_SECURE_WANTED:
            self.init(
                .connection, "the NATS server has no TLS", remedy: "use nats:// without TLS settings, if that is meant")
        case SPN_SECURE_REQUIRED:
            self.init(.connection, "the NATS server wants TLS", remedy: "use tls:// in its URL")
        case SPN_TLS:
            self.init(
                .connection, "no TLS connection to NATS: \(text)",
                remedy: "check that the certificate is for this host, and the file of certificate authorities")
        case SPN_ADDRESS_MISSING, SPN_INVALID_SUBJECT, SPN_INVALID_ARGUMENT, SPN_NO_SERVER_SUPPORT:
            self.init(.invalid, "libnats cannot use this: \(text)")
        case SPN_MAX_PAYLOAD: self.init(.payloadTooLarge, "the message is too large for NATS (\(text))")
        case SPN_DISCONNECTED, SPN_INSUFFICIENT_BUFFER: self = .disconnected
        case SPN_CONNECTION_CLOSED: self = .closed
        case SPN_TIMEOUT: self.init(.timeout, "NATS did not answer in time")
        case SPN_NO_SERVER:
            self.init(.unreachable, "no connection to NATS: \(text)", remedy: "check that a server runs at this URL")
        default:
            self.init(.connection, "no connection to NATS: \(text)", remedy: "check that a server runs at this URL")
        }
    }

    static let disconnected = NATSError(
        .disconnected, "the connection to NATS is lost", remedy: "it is taken up again by itself")
    static let noResponders = NATSError(.noResponders, "nobody answers this subject of NATS")
    static let closed = NATSError(.closed, "the connection to NATS is closed")
    static let lostBeforeAnswer = NATSError(
        .timeout, "the connection to NATS was lost before an answer came; what was sent may have arrived")
}
