import NATS
import SpeedPix
import SpeedPixBatch
import SpeedPixJournal
import SpeedPixQueue
import Synchronization

/// Takes rows of batches, runs them, and says what became of them, until it is told to drain.
final class WorkerRunner: Sendable {
    /// How often it is looked whether batches were stopped.
    private static let standingInterval: Duration = .seconds(5)
    /// So many rows in a row that could not be written down: it is this machine's fault.
    private static let mostJournalFailures = 3
    /// How long giving rows back may take, at the end.
    private static let handBackTime: Duration = .seconds(15)

    struct State {
        var rotation = BatchRotation()
        var known: [BatchName: BatchManifest] = [:]
        var batches: [BatchName: WorkerBatch] = [:]
        /// Why batches that were opened get no rows begun.
        var closed: [BatchName: String] = [:]
        /// Goes up when a batch is added.
        var changes = 0
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
    }

    let plan: WorkerPlan
    let context: CommandContext
    let access: QueueAccess
    let events: EventStream?
    let trust: WorkerTrust
    let scripts: WorkerScripts
    let store: JournalStore
    let state = Mutex(State())
    private let slots: RowSlots
    private let elapsed: @Sendable () -> Duration
    /// Batches whose scripts are to be fetched.
    private let opening = AsyncStream<BatchName>.makeStream()
    private let shared: WorkerBatch.Shared

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
            logs: Self.logs(plan, context),
            journal: { [store, arguments = context.arguments] in WorkerJournal(store, $0, command: arguments) })
    }

    static func logs(_ plan: WorkerPlan, _ context: CommandContext) -> RowLogSettings {
        var logs = RowLogSettings(
            batch: "", rowKey: "", worker: plan.name, clock: context.clock,
            now: { context.now().timeIntervalSince1970 })
        logs.outcomeWait = QueueTimes(environment: context.environment).outcome
        return logs
    }

    /// - Throws: `CancellationError` if it was stopped before its rows had ended; what keeps it from working.
    func run() async throws {
        context.interrupts.handleDraining { [weak self] in self?.drain() }
        defer { context.interrupts.handleDraining(nil) }
        let recovered = try await WorkerRecovery(
            store: store, access: access, settings: Self.logs(plan, context),
            say: { [context] in context.say($0.printable()) }
        ).run()
        if recovered > 0 {
            context.say("\(CountText.of(recovered, "prediction")) of a worker before compared with the queue")
        }
        let helpers = [
            Task { await watchBatches() }, Task { await watchStandings() }, Task { await noteProgress() },
            Task { await openBatches() },
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
        for batch in state.withLock({ Array($0.batches.values) }) { await batch.journal.end() }
        if let failure = state.withLock({ $0.failure }) { throw failure }
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
        let (waiting, running) = state.withLock { ($0.waiting, $0.runs.count) }
        waiting?.cancel()
        if running > 0 {
            context.say("draining: \(CountText.of(running, "row")) left; once more stops at once")
        }
        Task { [weak self, context, grace = plan.grace] in
            try? await context.clock.sleep(for: grace)
            self?.endGrace()
        }
    }

    private func endGrace() {
        let (runs, batches, hasFailed) = state.withLock { state in
            state.isGraceOver = true
            return (Array(state.runs.values), Array(state.batches.values), state.failure != nil)
        }
        for run in runs { run.cancel() }
        // While NATS is away nobody gives rows back, or writes down their results; the queue notices by itself.
        let hasRows = !runs.isEmpty || batches.contains { $0.queue.heldCount > 0 }
        if hasRows { context.end.force(hasFailed ? ExitStatus.failure.rawValue : 0, after: Self.handBackTime) }
    }

    private func fail(_ error: any Error) {
        state.withLock { $0.failure = $0.failure ?? error }
        drain()
    }

    // MARK: Batches

    private func watchBatches() async {
        while !Task.isCancelled {
            do {
                try await QueueSetup.checkExists(access.jetStream)
                let manifests = access.jetStream.messages(
                    in: QueueStream.batches.name, filter: QueueSubject.manifests)
                for try await message in manifests { noteManifest(message) }
            } catch is CancellationError {
                return
            } catch let error as QueueError where error.code == .notFound {
                // No batch was ever begun.
            } catch let error as NATSError where error.isTransient || error.code == .noResponders {
                // Taken up again by itself.
            } catch {
                return fail(error)
            }
            try? await context.clock.sleep(for: Self.standingInterval)
        }
    }

    private func noteManifest(_ message: StoredMessage) {
        guard let name = QueueSubject.batch(ofManifest: message.subject), plan.batches?.contains(name) ?? true,
            state.withLock({ $0.known[name] == nil })
        else { return }
        let manifest: BatchManifest
        do {
            manifest = try BatchManifest(parsing: message.payload, of: name)
        } catch {
            context.say("batch \(name): \(error)".printable())
            return
        }
        if let refusal = plan.refusal(of: manifest) {
            context.say("batch \(name): its rows are left to others, since \(refusal)".printable())
            return
        }
        let waiting = state.withLock { state in
            state.known[name] = manifest
            return state.add(name)
        }
        waiting?.cancel()
    }

    /// One after the other: at a terminal each may be a question.
    private func openBatches() async {
        for await name in opening.stream {
            guard let manifest = state.withLock({ $0.known[name] }) else { continue }
            do {
                guard await trust.allows(manifest.script, of: name) else { continue }
                let file = try await scripts.fetch(manifest, name, from: access.writeOnce(.batches))
                let host = try plan.makeHost(manifest, file.directory)
                events?.start(host)
                let batch = try await WorkerBatch(name, manifest, file, host: host, shared)
                context.say("batch \(name): taking rows of \(manifest.script.name)".printable())
                let waiting = state.withLock { state in
                    state.batches[name] = batch
                    return state.add(name)
                }
                waiting?.cancel()
            } catch is CancellationError {
                return
            } catch {
                let message = RunEnd(error, script: nil, in: context).message ?? "\(error)"
                context.say("batch \(name): its rows are left to others: \(message)".printable())
            }
        }
    }

    /// Whether rows of batches may begin, looked at from time to time.
    private func watchStandings() async {
        while (try? await context.clock.sleep(for: Self.standingInterval)) != nil {
            for batch in state.withLock({ Array($0.batches.values) }) {
                do {
                    let now = context.now().timeIntervalSince1970
                    if let stop = batch.ownStop(now: now) { try await announce(stop, of: batch) }
                    if try await batch.reader.isCancelled() {
                        close(batch, "cancelled")
                    } else if let stop = try await batch.reader.stop() {
                        close(batch, stop.reason.sentence)
                    } else {
                        reopen(batch)
                    }
                } catch is CancellationError {
                    return
                } catch {
                    context.say("batch \(batch.name): \(error)".printable())
                }
            }
        }
    }

    private func announce(_ stop: BatchStop, of batch: WorkerBatch) async throws {
        if let stop = QueueStop(stop, worker: plan.name) { try await batch.reader.announce(stop) }
    }

    private func close(_ batch: WorkerBatch, _ reason: String) {
        let isNew = state.withLock { state in
            state.rotation.remove(batch.name)
            return state.closed.updateValue(reason, forKey: batch.name) == nil
        }
        if isNew { context.say("batch \(batch.name): no row begins: \(reason)".printable()) }
    }

    private func reopen(_ batch: WorkerBatch) {
        let (isNew, waiting) = state.withLock { state in
            state.closed.removeValue(forKey: batch.name) == nil ? (false, nil) : (true, state.add(batch.name))
        }
        waiting?.cancel()
        if isNew { context.say("batch \(batch.name): going on".printable()) }
    }

    private func noteProgress() async {
        while (try? await context.clock.sleep(for: access.times.progress)) != nil {
            for batch in state.withLock({ Array($0.batches.values) }) { await batch.queue.noteProgress() }
        }
    }

    // MARK: Rows

    private func takeRows() async {
        await withDiscardingTaskGroup { group in
            while true {
                let free = await slots.untilFree()
                guard free > 0 else { return }
                let rows = Mutex<(WorkerBatch, [HandedRow])?>(nil)
                let (turn, changes) = state.withLock { ($0.rotation.next(at: elapsed()), $0.changes) }
                await interruptibly(since: changes) { [self] in
                    switch turn {
                    case .wait(let time):
                        let pause = time.map { max($0 - elapsed(), .milliseconds(1)) } ?? .seconds(3600)
                        try? await context.clock.sleep(for: pause)
                    case .ask(let name, let patience, let isIdle):
                        let found = await ask(name, count: free, patience: patience, isIdle: isIdle)
                        rows.withLock { $0 = found }
                    }
                }
                guard let (batch, handed) = rows.withLock({ $0 }) else { continue }
                for row in handed {
                    slots.take()
                    group.addTask { await self.work(row, batch) }
                }
            }
        }
    }

    /// Does something that ends early when there is something new: a batch, or the end.
    ///
    /// - Parameter changes: What was known when it was decided to do it.
    private func interruptibly(since changes: Int, _ body: @escaping @Sendable () async -> Void) async {
        let task = Task { await body() }
        let isOver = state.withLock { state in
            state.waiting = task
            return state.isDraining || state.changes != changes
        }
        if isOver { task.cancel() }
        await task.value
        state.withLock { $0.waiting = nil }
    }

    private func ask(
        _ name: BatchName, count: Int, patience: Duration, isIdle: Bool
    ) async -> (WorkerBatch, [HandedRow])? {
        let batch = state.withLock { $0.batches[name] }
        do {
            if batch == nil || isIdle {
                let info = try await access.jetStream.consumer(name.text, of: QueueStream.rows.name)
                let hasRows = info.map { $0.pending + $0.ackPending > 0 } ?? false
                guard hasRows, let batch else {
                    if hasRows {
                        state.withLock { $0.rotation.remove(name) }
                        opening.continuation.yield(name)
                    } else {
                        state.withLock { $0.rotation.note(name, hadRows: false, at: elapsed()) }
                    }
                    return nil
                }
                return try await pull(batch, count, patience)
            }
            guard let batch else { return nil }
            return try await pull(batch, count, patience)
        } catch is CancellationError {
            return nil
        } catch let error as NATSError where error.isTransient || [.notFound, .noResponders].contains(error.code) {
            state.withLock { $0.rotation.noteFailure(name, at: elapsed()) }
            return nil
        } catch {
            fail(error)
            return nil
        }
    }

    private func pull(
        _ batch: WorkerBatch, _ count: Int, _ patience: Duration
    ) async throws -> (WorkerBatch, [HandedRow])? {
        let rows = try await batch.queue.pull(count: count, expires: patience)
        state.withLock {
            $0.rotation.note(
                batch.name, hadRows: !rows.isEmpty, hasWaited: patience >= BatchRotation.longPatience, at: elapsed())
        }
        return rows.isEmpty ? nil : (batch, rows)
    }

    private func work(_ row: HandedRow, _ batch: WorkerBatch) async {
        defer { slots.giveBack() }
        do {
            if let problem = batch.problem(with: row) {
                context.say("batch \(batch.name), row \(row.message.label): \(problem)".printable())
                try await batch.report(problem, row)
                await handBack(row, batch, problem)
            } else if let queued = try await batch.queue.begin(row) {
                try await run(row, queued, batch)
            }
        } catch {
            guard !Task.isCancelled else { return }
            context.say("batch \(batch.name), row \(row.message.label): \(error)".printable())
            await handBack(row, batch, "the worker could not write down what it does")
        }
    }

    private func handBack(_ row: HandedRow, _ batch: WorkerBatch, _ reason: String) async {
        state.withLock { $0.handedBack += 1 }
        await batch.queue.handBack(row, reason: reason)
    }

    private func run(_ row: HandedRow, _ queued: QueuedRow, _ batch: WorkerBatch) async throws {
        events?.send(.started(queued))
        let counts = WorkerBatch.Counts()
        let output = LabeledOutput(row.message.label, to: context.writeError)
        let run = batch.run(row, queued, counts: counts, output: output)
        let task = Task { await run.run() }
        let isLate = state.withLock { state in
            state.runs[ObjectIdentifier(row)] = task
            return state.isGraceOver
        }
        if isLate { task.cancel() }
        let result = await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        state.withLock { $0.runs[ObjectIdentifier(row)] = nil }
        output.finish()
        // The process ends at once: the queue notices by itself that the row is with nobody.
        guard !Task.isCancelled else { return }
        let counted = counts.state.withLock { $0 }
        if counted.isBudgetUsed, Self.isRefused(result) {
            try await announce(.budget(batch.manifest.guards.budget ?? 0), of: batch)
            return await handBack(row, batch, "the budget is used up")
        }
        if result.state == .notRun { return await handBack(row, batch, result.failure?.message ?? "not run") }
        let end = try await batch.queue.finish(
            row,
            QueuedResult(
                row: queued.row.number, generation: row.message.generation, worker: plan.name, tries: queued.tries,
                result: result, created: counted.created, reused: counted.reused, unsaved: counted.unsaved))
        try await note(end, queued, result, row, batch)
    }

    /// Whether a row has come to nothing more than the end of the budget.
    private static func isRefused(_ result: RowResult) -> Bool {
        result.state == .succeeded || result.failure?.code == SpeedPixError.Code.notAllowed.rawValue
            || result.state == .notRun
    }

    private func note(
        _ end: JetStreamRowQueue.End, _ queued: QueuedRow, _ result: RowResult, _ row: HandedRow,
        _ batch: WorkerBatch
    ) async throws {
        let isJournalFailure = result.failure?.code == SpeedPixError.Code.journalFailed.rawValue
        let failures = state.withLock { state in
            state.journalFailures = isJournalFailure ? state.journalFailures + 1 : 0
            switch end {
            case .final(let isOwn) where isOwn:
                if result.state == .succeeded { state.done += 1 } else { state.failed += 1 }
            case .handedBack: state.handedBack += 1
            case .final, .lost: break
            }
            return state.journalFailures
        }
        switch end {
        case .final(isOwn: true): events?.send(.ended(queued, result))
        case .handedBack: events?.send(.retried(queued, result))
        case .final, .lost: break
        }
        if let failure = result.failure, end != .lost {
            let again = end == .handedBack ? "; it is tried again" : ""
            context.say("batch \(batch.name), row \(queued.row.label): \(failure.text)\(again)".printable())
        }
        if failures >= Self.mostJournalFailures, let failure = result.failure {
            fail(
                CommandFailure(
                    .failure, "this worker cannot write down what it pays for: \(failure.message)".printable()))
        }
        if end == .final(isOwn: true), let stop = batch.note(result, pending: row.pending) {
            try await announce(stop, of: batch)
            close(batch, stop.sentence)
        }
    }
}
