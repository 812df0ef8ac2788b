/// Why something of NATS failed, and what may be done about it. Never has a password or a token in it.
package struct NATSError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        /// libnats is not installed, or too old.
        case noLibrary
        /// A URL, a subject, a name, a header or a file of credentials or certificates that cannot be used. Nothing was sent.
        case invalid
        /// No server can be reached, or none whose certificate is trusted.
        case unreachable
        /// A server was reached, and no connection came about: only one side has TLS, or the certificate is not trusted.
        case connection
        /// The server does not know these credentials.
        case authentication
        /// The server knows the credentials, but they do not allow this.
        case permission
        /// The connection is lost at present and taken up again by itself. Nothing was sent.
        case disconnected
        /// No answer in time, or the connection was lost before one came: what was sent may have arrived, or still arrive.
        case timeout
        /// Nobody answers this subject. For JetStream's subjects: the server has no JetStream, or this account has none.
        case noResponders
        /// Larger than the server allows: `NATSConnection.maxPayload`. Nothing was sent.
        case payloadTooLarge
        /// `close()` was called, or nobody can connect again. What was waiting for an answer may have arrived.
        case closed
        /// No such stream or consumer.
        case notFound
        /// Messages came faster than a subscription's reader took them, and were dropped.
        case slowConsumer
        /// The server is older than JetStream is used here.
        case tooOld
        /// An answer that is not what the protocol says.
        case badAnswer
        /// JetStream refused: its `err_code`, see `JetStreamErrorCode`.
        case refused(Int)
    }

    package var code: Code
    /// What happened, in words.
    package var message: String
    /// What to do about it, if anything is known.
    package var remedy: String?

    package init(_ code: Code, _ message: String, remedy: String? = nil) {
        self.code = code
        self.message = message
        self.remedy = remedy
    }

    package var description: String { remedy.map { "\(message); \($0)" } ?? message }

    /// Whether the same call may succeed later without anything being changed by hand.
    package var isTransient: Bool {
        switch code {
        case .disconnected, .timeout, .slowConsumer, .unreachable, .connection: true
        case .refused(let number): JetStreamErrorCode.transient.contains(number)
        default: false
        }
    }
}
