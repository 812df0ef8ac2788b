import Dispatch

/// A connection to NATS, which takes itself up again when it is lost, for ever.
///
/// All its functions may be called from any task. None blocks a thread of Swift's pool: what may block in libnats is called on
/// a thread of the connection's own. A task that is cancelled while it waits gets `CancellationError`; what it had sent by then
/// may have arrived.
package final class NATSConnection: Sendable {
    let core: ConnectionCore
    private let connectTimeout: Duration

    private init(_ core: ConnectionCore, connectTimeout: Duration) {
        self.core = core
        self.connectTimeout = connectTimeout
    }

    deinit { core.close() }

    /// Connects to one of the servers, or throws: here nothing is tried again.
    ///
    /// `onState` is called in order, on a thread of libnats, and must return soon. The first state is `.connected`.
    package static func connect(
        _ configuration: NATSConfiguration, onState: @escaping @Sendable (NATSState) -> Void = { _ in }
    ) async throws -> NATSConnection {
        try Callbacks.load()
        try configuration.check()
        try Task.checkCancellation()
        let core = ConnectionCore(inbox: "_INBOX.\(randomPart())", onState: onState)
        try await core.open(configuration)
        return NATSConnection(core, connectTimeout: configuration.connectTimeout)
    }

    /// Whether there is a connection at present, as far as it is known.
    package var isConnected: Bool { core.requests.isConnected }

    /// How large a message may be, in bytes, headers included. The server says it; by default 1 MiB.
    package var maxPayload: Int { core.requests.maxPayload }

    /// Hands a message to the connection. It returns before the server has it; nobody learns whether it arrived.
    ///
    /// - Throws: `NATSError`: `.disconnected` at once while there is no connection, `.payloadTooLarge`, `.invalid`, `.closed`;
    ///   `.timeout` if the network stood still for ten seconds: the message may have arrived.
    package func publish(
        _ subject: String, reply: String? = nil, headers: NATSHeaders = [:], _ payload: [UInt8]
    ) async throws {
        let outgoing = try outgoing(subject, reply: reply, headers, payload)
        try Task.checkCancellation()
        if let problem = core.requests.problem { throw problem }
        try await withCheckedThrowingContinuation { continuation in
            core.perform(.publish(outgoing, continuation))
        }
    }

    /// Sends a message and waits for the first answer.
    ///
    /// - Throws: `NATSError`: `.disconnected` at once while there is no connection, `.payloadTooLarge`, `.invalid`, `.timeout`,
    ///   `.noResponders`, `.permission`, `.closed`. After `.timeout`, `.closed` and a cancellation the message may have arrived,
    ///   or still arrive: the network may still have it.
    package func request(
        _ subject: String, headers: NATSHeaders = [:], _ payload: [UInt8], timeout: Duration
    ) async throws -> NATSMessage {
        let outgoing = try outgoing(subject, headers, payload)
        let requests = core.requests
        let token = requests.nextToken()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let (isAdded, check) = requests.add(token, subject: subject, deadline: .now + timeout, continuation)
                guard isAdded else { return }
                if let check { core.checkDeadlines(at: check) }
                // If it was cancelled before it was added, the handler has found nobody.
                guard !Task.isCancelled else { return requests.finish(token, with: .failure(CancellationError())) }
                core.perform(.request(outgoing, token: token))
            }
        } onCancel: {
            requests.finish(token, with: .failure(CancellationError()))
        }
    }

    /// Subscribes to a subject, which may have wildcards. When it returns, the server knows the subscription; after a lost
    /// connection it is made again, but messages of the meantime are lost.
    ///
    /// - Parameter limit: How many messages wait for the reader at most, and at most 64 MiB of them. NATS cannot be told to wait: one
    ///   more ends the sequence with `.slowConsumer`, after those that wait.
    package func subscribe(_ subject: String, limit: Int = 8192) async throws -> NATSSubscription {
        try Subject.check(subject, allowsWildcards: true)
        try Task.checkCancellation()
        if let problem = core.requests.problem { throw problem }
        let timeout = connectTimeout.milliseconds
        let buffer = SubscriptionBuffer(subject: subject, limit: limit, core: core)
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            core.perform(
                .call { handle in continuation.resume(with: Result { try buffer.open(handle, flushTimeout: timeout) }) })
        }
        return NATSSubscription(buffer)
    }

    /// Returns when there is a connection: at once, or when the lost one has been taken up again.
    ///
    /// - Throws: `NATSError.closed`, `CancellationError`.
    package func untilConnected() async throws { try await core.requests.untilConnected() }

    /// The version of the server, such as `2.9.10`. Nil if it does not tell it in time, as one behind a proxy may.
    ///
    /// libnats keeps it to itself. Every server says it to whoever connects, before anything else; so one connection is made
    /// for it and closed.
    package func serverVersion() async -> String? {
        let url = core.lastURL.withLock { $0 }
        let timeout = Int32(clamping: connectTimeout.milliseconds)
        return await withCheckedContinuation { continuation in
            DispatchQueue(label: "nats.greeting").async {
                continuation.resume(returning: ServerGreeting(url: url, timeout: timeout)?.version)
            }
        }
    }

    /// Closes the connection. Requests that wait fail with `.closed`, subscriptions end. May be called twice.
    ///
    /// It is also closed when nobody has it any more.
    package func close() async {
        await withCheckedContinuation { continuation in core.close { continuation.resume() } }
    }

    func outgoing(
        _ subject: String, reply: String? = nil, _ headers: NATSHeaders, _ payload: [UInt8]
    ) throws(NATSError) -> ConnectionCore.Outgoing {
        try Subject.check(subject)
        if let reply { try Subject.check(reply) }
        let block = try headers.block()
        let size = payload.count + block.count
        guard size <= maxPayload else {
            throw NATSError(
                .payloadTooLarge, "a message of \(size) bytes is too large for NATS, which takes \(maxPayload)",
                remedy: "max_payload in the server's configuration")
        }
        return ConnectionCore.Outgoing(
            subject: subject, reply: reply, headers: block, headerCount: headers.fields.count, payload: payload)
    }

    /// 22 characters that nobody else draws: what answers to others come to must not be guessed.
    static func randomPart() -> String {
        let letters = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
        var generator = SystemRandomNumberGenerator()
        return String(decoding: (0..<22).map { _ in letters[Int.random(in: 0..<62, using: &generator)] }, as: UTF8.self)
    }
}
