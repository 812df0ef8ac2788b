import NATS

/// What a connection reports, to be waited for.
struct StateLog {
    private let states: AsyncStream<NATSState>
    private let continuation: AsyncStream<NATSState>.Continuation

    init() {
        (states, continuation) = AsyncStream.makeStream()
    }

    var onState: @Sendable (NATSState) -> Void {
        { [continuation] in continuation.yield($0) }
    }

    /// The next state that is one of those. What came before it is not seen again.
    func first(_ matches: (NATSState) -> Bool) async -> NATSState? {
        await states.first(where: matches)
    }

    func untilConnected() async { _ = await first { if case .connected = $0 { true } else { false } } }
    func untilDisconnected() async { _ = await first { if case .disconnected = $0 { true } else { false } } }
}

extension NATSConnection {
    /// To a test's server, with short times.
    static func connect(_ url: String, _ log: StateLog = StateLog()) async throws -> NATSConnection {
        try await connect(
            NATSConfiguration(servers: [url], name: "test", reconnectWait: .milliseconds(20)), onState: log.onState)
    }

    /// A stream of one message for each subject, which are never replaced.
    func makeStream(_ name: String, _ subjects: String) async throws -> JetStream {
        let jetStream = JetStream(self)
        var configuration = StreamConfiguration(name: name, subjects: [subjects])
        configuration.discard = .new
        configuration.discardsNewPerSubject = true
        configuration.maxMessagesPerSubject = 1
        try await jetStream.createStream(configuration)
        return jetStream
    }
}

/// The code of the error that a body throws, if it is NATS'.
func code(_ body: () async throws -> Void) async -> NATSError.Code? {
    do {
        try await body()
        return nil
    } catch {
        return (error as? NATSError)?.code
    }
}
