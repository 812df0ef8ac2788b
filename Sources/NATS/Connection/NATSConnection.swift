/// A connection to NATS, which takes itself up again when it is lost, for ever.
///
/// All its functions may be called from any task. None blocks a thread of Swift's pool: what may block in libnats is called on
/// a thread of the connection's own. A task that is cancelled while it waits gets `CancellationError`; what it had sent by then
/// may have arrived.
package final class NATSConnection: Sendable {
    init() { fatalError() }

    /// Connects to one of the servers, or throws: here nothing is tried again.
    ///
    /// `onState` is called in order, on a thread of libnats, and must return soon. The first state is `.connected`.
    package static func connect(
        _ configuration: NATSConfiguration, onState: @escaping @Sendable (NATSState) -> Void = { _ in }
    ) async throws -> NATSConnection { fatalError() }

    /// Whether there is a connection at present, as far as it is known.
    package var isConnected: Bool { fatalError() }

    /// How large a message may be, in bytes, headers included. The server says it; by default 1 MiB.
    package var maxPayload: Int { fatalError() }

    /// The version of the server that was connected to first, such as `2.9.10`.
    package var serverVersion: String { fatalError() }

    /// Hands a message to the connection. It returns before the server has it; nobody learns whether it arrived.
    ///
    /// - Throws: `NATSError`: `.disconnected` at once while there is no connection, `.payloadTooLarge`, `.invalid`, `.closed`.
    package func publish(
        _ subject: String, reply: String? = nil, headers: NATSHeaders = [:], _ payload: [UInt8]
    ) async throws { fatalError() }

    /// Sends a message and waits for the first answer.
    ///
    /// - Throws: `NATSError`: as `publish`, and `.timeout`, `.noResponders`, `.permission`. After `.timeout`, `.closed` and a
    ///   cancellation the message may have arrived, or still arrive: it waits in the connection's buffers while the network
    ///   stands still.
    package func request(
        _ subject: String, headers: NATSHeaders = [:], _ payload: [UInt8], timeout: Duration
    ) async throws -> NATSMessage { fatalError() }

    /// Subscribes to a subject, which may have wildcards. When it returns, the server knows the subscription; after a lost
    /// connection it is made again, but messages of the meantime are lost.
    ///
    /// - Parameter limit: How many messages wait for the reader at most. NATS cannot be told to wait: one more ends the sequence
    ///   with `.slowConsumer`, after those that wait.
    package func subscribe(_ subject: String, limit: Int = 8192) async throws -> NATSSubscription { fatalError() }

    /// Closes the connection. Requests that wait fail with `.closed`, subscriptions end. May be called twice.
    ///
    /// It is also closed when nobody has it any more.
    package func close() async { fatalError() }
}
