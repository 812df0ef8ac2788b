/// Which row's log it is, and what its reader and writer takes from outside.
package struct RowLogSettings: Sendable {
    /// The batch's name, as `speedpix batch settle` takes it.
    package var batch: String
    /// By what the row is known, as `speedpix batch settle` takes it.
    package var rowKey: String
    /// Who writes, for people.
    package var worker: String
    /// Measures waits. Must go on while the process is stopped and the machine sleeps.
    package var clock: any Clock<Duration>
    /// Seconds since 1970, for people.
    package var now: @Sendable () -> Double
    /// 128 random bits in hexadecimal, others at each call.
    package var token: @Sendable () -> String
    /// Where appends go on that outlast the cancellation of who asked for them; nil for Swift's pool.
    package var executor: (any TaskExecutor)?

    /// How long after the first try to append its intent a create may still be sent.
    package var sendWindow: Duration = .seconds(5)
    /// How often an intent is made anew because the log has answered too late to send it.
    package var intentTries = 5
    /// How long the outcome of another's intent is waited for, from when it was first seen here.
    package var outcomeWait: Duration = .seconds(60)
    /// How often the log is read meanwhile.
    package var outcomePoll: Duration = .seconds(5)
    /// The pauses between tries to reach the log: from the first, doubling, to the second.
    package var pauses: (Duration, Duration) = (.milliseconds(250), .seconds(10))
    /// How often a row is taken without an end before it counts as what makes its workers vanish.
    package var mostTakes = 3

    package init(
        batch: String, rowKey: String, worker: String, clock: any Clock<Duration>,
        now: @escaping @Sendable () -> Double,
        token: @escaping @Sendable () -> String = RowLogSettings.randomToken, executor: (any TaskExecutor)? = nil
    ) {
        self.batch = batch
        self.rowKey = rowKey
        self.worker = worker
        self.clock = clock
        self.now = now
        self.token = token
        self.executor = executor
    }

    /// 128 bits of the system's generator, in hexadecimal.
    package static func randomToken() -> String {
        var generator = SystemRandomNumberGenerator()
        return [generator.next(), generator.next()].map { (bits: UInt64) in
            let digits = String(bits, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}
