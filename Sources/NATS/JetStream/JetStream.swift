/// JetStream by its JSON requests, as server 2.9 has them. Errors are `NATSError`s, and `CancellationError`.
package struct JetStream: Sendable {
    package let connection: NATSConnection
    /// How long a request waits for its answer.
    package let timeout: Duration

    package init(_ connection: NATSConnection, timeout: Duration = .seconds(5)) {
        self.connection = connection
        self.timeout = timeout
    }

    /// Throws with words if there is no JetStream, or if the server is older than 2.9.
    package func checkAvailable() async throws { fatalError() }

    package func account() async throws -> JetStreamAccount { fatalError() }
}
