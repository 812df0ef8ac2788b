public import SpeedPix

extension SpeedPixClient {
    /// A client whose service is a ``StubTransport``, and the stub.
    ///
    /// Nothing leaves the process, and nothing waits: polls and retries go through at once, unless `clock` says otherwise.
    ///
    /// - Parameters:
    ///   - clock: Measures waits and pauses. A ``ManualClock`` for tests of timeouts and of what happens meanwhile.
    ///   - stub: A stub that exists already.
    ///   - middleware: Sees each request before it is signed.
    public static func stubbed(
        clock: any Clock<Duration> = StubTransport.immediateClock(), stub: StubTransport = StubTransport(),
        middleware: [any ClientMiddleware] = []
    ) -> (client: SpeedPixClient, stub: StubTransport) {
        let client = SpeedPixClient(
            StubTransport.configuration, dependencies: stub.dependencies(clock: clock), middleware: middleware)
        return (client, stub)
    }
}

extension StubTransport {
    /// Key, secret and endpoint of a client whose service is a stub.
    public static var configuration: SpeedPixClient.Configuration {
        do {
            return try SpeedPixClient.Configuration(
                appKey: "stub-key", appSecret: "stub-secret", endpoint: endpoint)
        } catch {
            preconditionFailure("\(error)")
        }
    }

    /// A clock on which every pause of a client is over at once, however long, and no time limit of a call passes.
    public static func immediateClock() -> ImmediateClock {
        // A year: no pause of a client is longer.
        ImmediateClock(upTo: .seconds(365 * 86_400))
    }

    /// For clients with a configuration, a logger or a journal of their own:
    ///
    /// ```swift
    /// var dependencies = stub.dependencies()
    /// dependencies.journal = journal
    /// let client = SpeedPixClient(StubTransport.configuration, dependencies: dependencies, logger: logger)
    /// ```
    ///
    /// - Returns: This transport, its date, the clock, and no jitter.
    public func dependencies(clock: any Clock<Duration> = immediateClock()) -> ClientDependencies {
        let date = date
        var dependencies = ClientDependencies(transport: self, clock: clock, now: { date.now }, random: { 0.5 })
        // What one stub throttles is not a limit of another's.
        dependencies.pollRates = PollRateMemory()
        return dependencies
    }
}
