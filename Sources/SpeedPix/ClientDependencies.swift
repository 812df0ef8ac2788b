#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// What the SDK takes from outside: network, clocks, randomness and a journal. Tests pass their own.
public struct ClientDependencies: Sendable {
    /// Sends every request, and does not use ``SpeedPixClient/Configuration/network``. Nil, the default, for connections as
    /// those settings say.
    public var transport: (any HTTPTransport)?
    /// Measures waits and sleeps between polls.
    public var clock: any Clock<Duration>
    /// The date that signatures carry, and by which an error says what is wrong with a certificate.
    public var now: @Sendable () -> Date
    /// A value never used before, for the signature's nonce and for names of temporary files.
    public var nonce: @Sendable () -> String
    /// 0 ..< 1, for jitter.
    public var random: @Sendable () -> Double

    /// Where creates are written down before they are sent. By default in memory.
    public var journal: any PredictionJournal = MemoryJournal()
    /// Called for each call that is made once more, after it has failed and before it is sent again. From any thread; it
    /// must be quick.
    public var onRetry: (@Sendable (ClientOperation) -> Void)?

    /// How many files and connections the process may have open at a time; it bounds how many transfers go on at once. By
    /// default the process's own limit, as it is when the client is made.
    public var openFileLimit = OpenFileLimit.current
    /// What clients before have learned of a service's limit.
    package var pollRates = PollRateMemory.shared

    /// The real ones, unless given: shared connections, the system's clocks and randomness, UUIDs as nonces.
    public init(
        transport: (any HTTPTransport)? = nil,
        clock: any Clock<Duration> = TimerClock(),
        now: @escaping @Sendable () -> Date = { Date() },
        nonce: (@Sendable () -> String)? = nil,
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        self.transport = transport
        self.clock = clock
        self.now = now
        self.nonce = nonce ?? Nonce.random
        self.random = random
    }
}

extension ClientDependencies {
    /// What carries a client's requests: the transport that was given, else connections with these settings. Errors of
    /// certificates go by ``now``.
    func transport(for network: NetworkSettings) -> any HTTPTransport {
        switch transport {
        case nil where network == NetworkSettings(): AsyncHTTPTransport.shared.with(now: now)
        case nil: RoutedHTTPTransport(network, now: now)
        case let connections as AsyncHTTPTransport: connections.with(now: now)
        case let given?: given
        }
    }
}

extension Clock where Duration == Swift.Duration {
    /// Starts measuring; each call of the result gives the time since.
    package func stopwatch() -> @Sendable () -> Duration {
        let start = now
        return { start.duration(to: now) }
    }
}
