import SpeedPix
import SpeedPixBatch
import SpeedPixLua
import SpeedPixQueue
import Synchronization
import SystemPackage

/// A batch whose rows a worker takes: its script on this machine, and what its rows share while they run here.
final class WorkerBatch: Sendable {
    private struct State {
        var lastCode: String?
        var failuresInARow = 0
    }

    let name: BatchName
    let manifest: BatchManifest
    let queue: JetStreamRowQueue
    let reader: BatchReader
    let journal: WorkerJournal
    /// Those of its rows, which name the batch. Set for `--json`.
    let events: EventStream?
    private let script: RowScript
    private let scriptDigest: String
    /// The parameters that name files.
    private let fileParameters: [String]
    private let root: SharedFolder
    private let budget: BudgetLeases?
    private let rate: RateLeases?
    private let names: BatchNames
    private let state = Mutex(State())

    /// What all batches of a worker share.
    struct Shared: Sendable {
        let client: SpeedPixClient
        let redaction: Redaction
        /// Set for `--json`.
        let events: EventStream?
        let context: CommandContext
        let isVerbose: Bool
        let root: SharedFolder
        let access: QueueAccess
        /// Of the rows' logs.
        let logs: RowLogSettings
        let journal: @Sendable (BatchManifest) -> WorkerJournal
        let budgets = KeptBudgets()
    }

    private let shared: Shared

    /// - Throws: ``CommandFailure`` for a script that does not come as far as its parameters; `CancellationError`.
    init(
        _ name: BatchName, _ manifest: BatchManifest, _ file: ScriptFile, host: HostPlan, _ shared: Shared
    ) async throws {
        (self.name, self.manifest, self.shared) = (name, manifest, shared)
        events = shared.events?.of(name)
        script = RowScript(
            script: file, host: host, retries: manifest.guards.retries, limit: manifest.guards.limit,
            timeout: manifest.timeout, isVerbose: manifest.isVerbose || shared.isVerbose, isHandedBack: true)
        scriptDigest = RowVersion.scriptDigest(file.chunk)
        root = shared.root
        let parameters = try await DeclaredParameters.ask(file, host, in: shared.context)
        fileParameters = (parameters ?? []).filter { $0.kind == .file }.map(\.name)
        journal = shared.journal(manifest)
        var logs = shared.logs
        logs.batch = name.text
        let access = shared.access
        queue = JetStreamRowQueue(
            batch: name, retries: manifest.guards.retries, access: access, settings: logs)
        let leases = access.writeOnce(.leases)
        reader = BatchReader(name, access)
        names = BatchNames(
            nil,
            elsewhere: NameClaims(
                of: name, in: leases, folders: [FilePath(host.files.outputDirectory), shared.root.path]))
        let token = logs.token()
        let digest = QueuePieces.digest(try manifest.encoded())
        budget = manifest.guards.budget.map { budget in
            shared.budgets.leases(of: name, digest: digest) {
                BudgetLeases(budget: budget, of: name, in: leases, worker: logs.worker, token: token)
            }
        }
        rate = manifest.rate.map {
            RateLeases($0, of: name, in: leases, worker: logs.worker, token: token, clock: shared.context.clock)
        }
    }

    /// Why this worker cannot do a row: a file that it does not see. Nil if it can.
    func problem(with row: HandedRow) -> String? {
        for name in fileParameters {
            guard let value = row.message.values[name] ?? manifest.constants[name], !value.isEmpty else { continue }
            if let problem = root.problem(with: value) { return problem }
        }
        return nil
    }

    /// Publishes what keeps this worker from doing a row. Tried once: a queue that is full must not keep the row with this worker, and
    /// when the row comes again it is reported again.
    func report(_ problem: String, _ row: HandedRow) async {
        let worker = shared.logs.worker
        let report = WorkerReport(worker: worker, row: row.message.number, label: row.message.label, message: problem)
        let place = QueueSubject(name).report(worker: WorkerReport.token(of: worker), row.token)
        _ = try? await shared.access.jetStream.publish(place, report.payload, ifAbsent: true)
    }

    /// Why no row begins any more by what this worker alone knows; nil while rows do.
    func ownStop(now: Double) -> BatchStop? {
        guard let until = manifest.guards.until, now >= until else { return nil }
        return .until(manifest.guards.untilText ?? "the end of its time")
    }

    /// A row has ended.
    ///
    /// - Returns: Why no row is to begin any more; nil for nothing new.
    func note(_ result: RowResult, pending: Int) -> BatchStop? {
        state.withLock { state in
            guard result.state != .succeeded, let failure = result.failure else {
                (state.lastCode, state.failuresInARow) = (nil, 0)
                return nil
            }
            state.failuresInARow = failure.code == state.lastCode ? state.failuresInARow + 1 : 1
            state.lastCode = failure.code
            let most = manifest.guards.stopAfter
            // Once: the next one that ends begins to count anew.
            guard most > 0, state.failuresInARow >= most, pending > 0 else { return nil }
            state.failuresInARow = 0
            return .failures(code: failure.code, count: most, message: failure.message)
        }
    }

    // MARK: Running

    /// What a row has counted while it ran.
    final class Counts: Sendable {
        struct State {
            var created = 0
            var reused = 0
            var unsaved = 0
            var isBudgetUsed = false
        }

        let state = Mutex(State())

        func note(_ event: RowEvent) {
            switch event {
            case .created: state.withLock { $0.created += 1 }
            case .reused: state.withLock { $0.reused += 1 }
            case .unsaved(_, let count): state.withLock { $0.unsaved += count }
            default: break
            }
        }
    }

    /// One try of a row that was taken; ``RowRun/run()`` runs it.
    func run(_ row: HandedRow, _ queued: QueuedRow, counts: Counts, output: LabeledOutput) -> RowRun {
        var context = shared.context
        // Standard output has the events, or nothing.
        context.writeOutput = { output.write($0) }
        context.writeError = output.write
        context.outputTerminal = { nil }
        let journaling = WorkerJournaling(
            seed: manifest.seed, row: row, own: journal, budget: budget, rate: rate,
            onRefusal: { counts.state.withLock { $0.isBudgetUsed = true } })
        let environment = RowEnvironment(
            plan: script, client: shared.client, journaling: journaling, scriptDigest: scriptDigest,
            redaction: shared.redaction, budget: nil, names: names, rate: nil, events: events,
            context: context, dryRun: nil, onEvent: counts.note, onStop: { _ in },
            hasLostOutput: { false })
        return RowRun(environment: environment, queued: queued)
    }
}
