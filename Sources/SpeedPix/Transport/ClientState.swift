import Synchronization

/// What one client learns from its calls, shared by all of them.
final class ClientState: Sendable {
    private struct State {
        var budget = RetryBudget()
        /// Seconds to add to this machine's clock to get the service's.
        var clockOffset = 0.0
    }

    private let state = Mutex(State())
    let polls: PollHistory
    let pollScheduler: PollScheduler
    let transfers: TransferSlots
    let outputs = OutputFileIndex()
    let saves = SavesInProgress()
    let digests = KnownDigests()

    init(
        _ configuration: SpeedPixClient.Configuration, _ dependencies: ClientDependencies,
        executor: (any TaskExecutor)? = nil
    ) {
        polls = PollHistory()
        transfers = TransferSlots(OpenFileLimit.transfers(within: dependencies.openFileLimit))
        let service = "\(configuration.endpoint) \(configuration.appKey)"
        let memory = dependencies.pollRates
        let rate =
            configuration.pollRate.map { PollRate(fixed: $0) }
            ?? PollRate(isLocal: configuration.isOnThisMachine, ceiling: memory.ceiling(of: service))
        pollScheduler = PollScheduler(rate: rate, clock: dependencies.clock, executor: executor) {
            memory.remember($0, of: service)
        }
    }

    var clockOffset: Double { state.withLock { $0.clockOffset } }

    /// - Parameter used: The offset that the refused call was signed with. Others may have corrected it meanwhile.
    /// - Returns: False if that was about right already, and so cannot be what is wrong.
    func correctClock(offset: Double, used: Double) -> Bool {
        // Services accept a minute's difference, and a smaller one may come from the network's delay.
        guard abs(offset - used) > 60 else { return false }
        state.withLock { $0.clockOffset = offset }
        return true
    }

    func spend(_ cost: Int) -> Bool {
        state.withLock { $0.budget.spend(cost) }
    }

    func succeeded(cost: Int) {
        state.withLock { $0.budget.succeeded(cost: cost) }
    }
}
