import NATS
import SpeedPix
import SpeedPixBatch
import SpeedPixJournal
import SpeedPixQueue
import Synchronization

/// Takes rows of batches, runs them, and says what became of them, until it is told to drain.
final class WorkerRunner: Sendable {
    /// How often it is looked whether batches were stopped.
    static let standingInterval: Duration = .seconds(5)
    /// So many rows in a row that could not be written down: it is this machine's fault.
    static let mostJournalFailures = 3
    /// How long giving rows back may take, at the end.
    private static let handBackTime: Duration = .seconds(15)

    struct State {
        var rotation = BatchRotation()
        /// Those that have rows, or had some lately.
        var known: [BatchName: BatchManifest] = [:]
        /// Digests of the manifests of those whose rows it never takes.
        var left: [BatchName: String] = [:]
        var batches: [BatchName: WorkerBatch] = [:]
        /// Why batches that were opened get no rows begun.
        var closed: [BatchName: String] = [:]
        /// Goes up when a batch is added.
        var changes = 0
        /// Set until its own journal was compared with the queue.
        var recovery: AbandonableTask<WorkerRecovery.Outcome>?
        /// What is waited for before the next row is asked for.
        var waiting: Task<Void, Never>?
        /// Rows that run.
        var runs: [ObjectIdentifier: Task<RowResult, Never>] = [:]
        var isDraining = false
        var isGraceOver = false
        var journalFailures = 0
        var failure: (any Error)?
        var done = 0
        var failed = 0
        var handedBack = 0

        /// - Returns: What is to be cancelled, so that the batch is asked.
        mutating func add(_ batch: BatchName) -> Task<Void, Never>? {
            rotation.add(batch)
            changes += 1
            return waiting
        }

        mutating func forget(_ batch: BatchName) {
            rotation.remove(batch)
            known[batch] = nil
            batches[batch] = nil
            closed[batch] = nil
        }
    }

    let plan: WorkerPlan
    let context: CommandContext
    let access: QueueAccess
    let events: EventStream?
    let trust: WorkerTrust
    let scripts: WorkerScripts
    let store: JournalStore
    let state = Mutex(State())
    let slots: RowSlots
    let elapsed: @Sendable () -> Duration
    /// Batches whose scripts are to be fetched.
    let opening = AsyncStream<BatchName>.makeStream()
    let shared: WorkerBatch.Shared

    init(
        _ plan: WorkerPlan, _ access: QueueAccess, trust: WorkerTrust, store: JournalStore, events: EventStream?,
        in context: CommandContext
    ) {
        (self.plan, self.access, self.trust, self.store) = (plan, access, trust, store)
        (self.events, self.context) = (events, context)
        scripts = WorkerScripts(context)
        slots = RowSlots(plan.concurrency)
        elapsed = context.clock.stopwatch()
        let client = SpeedPixClient(
            plan.configuration, dependencies: ClientDependencies(context, transport: nil),
            middleware: context.middleware)
        shared = WorkerBatch.Shared(
            client: client, redaction: Redaction(plan.secrets).adding(plan.configuration), events: events,
            context: context, isVerbose: plan.isVerbose, root: plan.root, access: access,
            logs: Self.logs(plan.name, context),
            journal: { [store, arguments = context.arguments] in WorkerJournal(store, $0, command: arguments) })
    }

    /// Of rows' logs.
    ///
    /// - Parameter worker: What it is called.
    static func logs(_ worker: String, _ context: CommandContext) -> RowLogSettings {
        var logs = RowLogSettings(
            batch: "", rowKey: "", worker: worker, clock: context.clock,
            now: { context.now().timeIntervalSince1970 })
        logs.outcomeWait = QueueTimes(environment: context.environment).outcome
        return logs
    }

    /// - Throws: `CancellationError` if it was stopped before its rows had ended; what keeps it from working.
    func run() async throws {
        context.interrupts.handleDraining { [weak self] in self?.drain() }
        defer { context.interrupts.handleDraining(nil) }
        guard try await recover() else { return }
        let helpers = [
            Task { await watchBatches() }, Task { await watchRows() }, Task { await watchStandings() },
            Task { await noteProgress() }, Task { await openBatches() },
        ]
        defer { for helper in helpers { helper.cancel() } }
        await withTaskCancellationHandler {
            await takeRows()
        } onCancel: {
            state.withLock { $0.isDraining = true }
            slots.close()
            state.withLock { $0.waiting }?.cancel()
        }
        try Task.checkCancellation()
        let (batches, failure) = state.withLock { (Array($0.batches.values), $0.failure) }
        for batch in batches { await batch.journal.end() }
        if let failure { throw failure }
    }

    /// - Returns: False if it was told to drain meanwhile.
    private func recover() async throws -> Bool {
        let recovery = AbandonableTask { [work = WorkerRecovery(store, access, plan.name, in: context)] in
            try await work.run()
        }
        let isDraining = state.withLock { state in
            state.recovery = recovery
            return state.isDraining
        }
        if isDraining { recovery.cancel() }
        defer { state.withLock { $0.recovery = nil } }
        do {
            let outcome = try await recovery.value()
            if outcome.compared > 0 { context.say(outcome.text) }
            return true
        } catch is CancellationError where state.withLock({ $0.isDraining }) && !Task.isCancelled {
            context.say("what was paid for before is compared with the queue at the next start")
            return false
        }
    }

    // MARK: Draining

    /// No row begins from now on; those that run have the grace to end, and are given back after it.
    func drain() {
        let isFirst = state.withLock { state in
            defer { state.isDraining = true }
            return !state.isDraining
        }
        guard isFirst else { return }
        slots.close()
        let (waiting, recovery, running) = state.withLock { ($0.waiting, $0.recovery, $0.runs.count) }
        waiting?.cancel()
        recovery?.cancel()
        if running > 0 {
            context.say("draining: \(CountText.of(running, "row")) left; once more stops at once")
        }
        Task { [weak self, context, grace = plan.grace] in
            try? await context.clock.sleep(for: grace)
            self?.endGrace()
        }
    }

    private func endGrace() {
        let (runs, batches, isRecovering, hasFailed) = state.withLock { state in
            state.isGraceOver = true
            return (
                Array(state.runs.values), Array(state.batches.values), state.recovery != nil, state.failure != nil
            )
        }
        for run in runs { run.cancel() }
        // While NATS is away nobody gives rows back, or writes down their results; the queue notices by itself.
        let isBusy = isRecovering || !runs.isEmpty || batches.contains { $0.queue.heldCount > 0 }
        if isBusy { context.end.force(hasFailed ? ExitStatus.failure.rawValue : 0, after: Self.handBackTime) }
    }

    func fail(_ error: any Error) {
        state.withLock { $0.failure = $0.failure ?? error }
        drain()
        // Nothing that rows come to can be written down any more, however long they have.
        if let error = error as? NATSError, [.closed, .authentication].contains(error.code) { endGrace() }
    }
}
