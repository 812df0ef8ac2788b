import DequeModule
import Logging
import ServiceLifecycle
import SpeedPix

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Runs predictions in the order they came, a bounded number at a time, and remembers how they ended.
///
/// Computing predictions wait in a queue of their own, and so do those that run on other machines: while every core is busy, the
/// other predictions still start. See ``PredictionPool``.
///
/// With a database, each prediction is on disk before it waits, and its end before any caller gets it, unless that cannot be
/// written down: then it is tried again, until the gateway ends. Predictions of an earlier gateway are found there.
actor PredictionQueue: Service {
    let configuration: GatewayConfiguration
    private let runner: PredictionRunner
    /// Nil if predictions are kept in memory only.
    let persisted: PersistedPredictions?
    let logger: Logger
    /// What becomes of predictions, as it happens.
    nonisolated let notices = ChangeNotices<PredictionChange>()
    let onEnd: (@Sendable (String) async -> Void)?
    private let removeFile: @Sendable (ObjectKey) async -> Void
    private let starts: AsyncStream<Job>
    private let start: AsyncStream<Job>.Continuation
    /// Yields when an end could not be written down.
    let writeFailures: AsyncStream<Void>
    let noteWriteFailure: AsyncStream<Void>.Continuation

    var records: [String: PredictionRecord] = [:]
    private(set) var runs: [String: Task<PredictionRunner.Outcome, Never>] = [:]
    private var pools = Dictionary(uniqueKeysWithValues: PredictionPool.allCases.map { ($0, Pool()) })
    /// Of those that run, the ones that wait in their backend's queue: they take no worker.
    private var waitingElsewhere: Set<String> = []
    private var finished = Deque<String>()
    private var estimates = DurationEstimates()
    private var created = 0
    /// Predictions that are being written to the database and are queued after that, with their owners;
    /// ``prediction(_:for:)`` must not resume them.
    private var adding: [String: String] = [:]
    /// Ends that are on their way to the disk.
    var ends: [String: Task<Void, Never>] = [:]
    /// Ends that could not be written down so far. The database has these predictions as unfinished.
    var unwritten: [String: UnwrittenEnd] = [:]
    /// The last change of notes, which the next one waits for.
    var lastNotes: Task<Void, any Error>?
    /// Of unfinished predictions.
    private var inputFiles: [String: [ObjectKey]] = [:]
    var unfinishedBytes = 0
    private var finishedBytes = 0

    /// - Parameters:
    ///   - onEnd: Called with the id of a prediction of ``PredictionPool/remote`` when its end is kept as safely as predictions are.
    ///   - removeFile: Called with each output file that clients can no longer ask for.
    init(
        _ configuration: GatewayConfiguration, runner: PredictionRunner, persisted: PersistedPredictions? = nil,
        logger: Logger, onEnd: (@Sendable (String) async -> Void)? = nil,
        removeFile: @escaping @Sendable (ObjectKey) async -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.runner = runner
        self.persisted = persisted
        self.logger = logger
        self.onEnd = onEnd
        self.removeFile = removeFile
        (starts, start) = AsyncStream.makeStream()
        (writeFailures, noteWriteFailure) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Runs what is submitted, until the gateway shuts down; what runs then is cancelled.
    func run() async throws {
        await cancelWhenGracefulShutdown { [starts] in
            await withDiscardingTaskGroup { group in
                group.addTask { await self.resume() }
                group.addTask { await self.writeUnwrittenEnds() }
                for await job in starts {
                    group.addTask { await self.execute(job) }
                }
                group.cancelAll()
            }
        }
        await finishWriting()
    }

    /// Queues a prediction.
    ///
    /// - Parameters:
    ///   - inputs: Checked.
    ///   - given: The same as they were sent.
    ///   - seeds: What was drawn for it, to be the same whenever it begins again.
    ///   - label: As the console shows it; one line.
    ///   - footprint: About what the inputs take in memory, in bytes.
    ///   - caller: Whose it is.
    ///   - nonce: Of the call that creates it, to be written down with it.
    /// - Throws: ``Refusal`` with HTTP 429 if too many wait already; ``StorageError`` if it cannot be written down: it does
    ///   not run then.
    func submit(
        _ offered: OfferedWorkflow, inputs: [String: PreparedInput], given: [String: JSONValue],
        seeds: [SeedValue] = [], label: String? = nil, footprint: Int, by caller: Caller, nonce: UsedNonce? = nil
    ) async throws -> PredictionRecord {
        let waiting = pools.values.reduce(adding.count + waitingElsewhere.count) { $0 + $1.waiting.count }
        guard waiting < configuration.maximumWaiting,
            unfinishedBytes + footprint <= configuration.maximumHeldBytes || unfinishedBytes == 0
        else {
            throw Refusal.throttled("\(waiting) predictions are waiting; try again later")
        }
        if let most = caller.limits.waiting, waitingCount(of: caller.appKey) >= most {
            throw Refusal.throttled("\(most) predictions of this application key are waiting; try again later")
        }
        unfinishedBytes += footprint
        let id = configuration.uniqueName()
        let date = configuration.now()
        var number = created
        created += 1
        if let persisted {
            adding[id] = caller.appKey
            defer { adding[id] = nil }
            do {
                number = try await persisted.database.add(
                    id, workflow: offered.workflow.id, version: offered.version,
                    StoredInputs(given, for: offered.workflow, signedBy: persisted.urls), seeds: seeds,
                    created: date, owner: caller.appKey, label: label, nonce: nonce)
            } catch {
                unfinishedBytes -= footprint
                throw error
            }
        }
        let record = queue(
            Job(
                id: id, owner: caller.appKey, offered: offered, inputs: inputs, seeds: seeds, number: number,
                created: date, notes: PredictionNotes(label: label)),
            footprint: footprint)
        await dropOld()
        return records[id] ?? record
    }

    private func waitingCount(of owner: String) -> Int {
        let elsewhere = waitingElsewhere.count { records[$0]?.owner == owner }
        return pools.values.reduce(adding.values.count(where: { $0 == owner }) + elsewhere) { count, pool in
            count + pool.waiting.count(where: { $0.owner == owner })
        }
    }

    /// Puts a prediction among those that wait.
    func queue(_ job: Job, footprint: Int) -> PredictionRecord {
        let record = PredictionRecord(
            id: job.id, owner: job.owner, workflowID: job.workflow.id, version: job.offered.version, pool: job.pool,
            estimate: estimates.estimate(for: job.workflow), footprint: footprint, number: job.number,
            created: job.created, notes: job.notes)
        inputFiles[job.id] = job.inputs.values.compactMap(\.storedFile)
        records[job.id] = record
        notices.tell(.changed(job.id))
        // Those of an earlier gateway came first; of several that were written down at once each may be the first here.
        let index = pools[job.pool]?.waiting.partitioningIndex { $0.number < job.number } ?? 0
        pools[job.pool]?.waiting.insert(job, at: index)
        startNext()
        return records[job.id] ?? record
    }

    /// How a prediction stands, be it one of an earlier gateway, which begins again then if it has not ended.
    ///
    /// - Throws: ``Refusal`` `TaskNotFound`, also for one that the viewer is not to see; ``StorageError``.
    func prediction(_ id: String, seenBy viewer: PredictionViewer) async throws -> PredictionRecord {
        // An end is reported only once it is in the database, since the next gateway must know it, too.
        await ends[id]?.value
        if let record = records[id] {
            guard viewer.sees(predictionOf: record.owner) else { throw Self.notFound(id) }
            return record
        }
        switch try await persisted?.database.find(id) {
        case .ended(let record)? where !isTooOld(record) && viewer.sees(predictionOf: record.owner):
            guard let persisted else { break }
            return try await persisted.checked(record)
        case .unfinished(let prediction)? where viewer.sees(predictionOf: prediction.owner):
            if let record = try await resume(prediction) { return record }
        default: break
        }
        throw Self.notFound(id)
    }

    static func notFound(_ id: String) -> Refusal {
        Refusal(
            "TaskNotFound",
            "there is no task \"\(id.prefix(100))\": it was created at another gateway, or before this one started,"
                + " or so long ago that it was forgotten")
    }

    /// The newest preview of a prediction that runs.
    func preview(of id: String) -> ReportedPreview? {
        guard let record = records[id], record.status == .running else { return nil }
        return record.progress.current.preview
    }

    /// Whether a prediction is under way here, or has been lately.
    func has(_ id: String) -> Bool { records[id] != nil || adding[id] != nil }

    /// How many predictions start before a waiting one of the same kind.
    func remaining(before record: PredictionRecord) -> Int {
        guard record.status == .waiting, let pool = pools[record.pool] else { return 0 }
        return pool.waiting.partitioningIndex { $0.number < record.number }
    }

    /// Ends a prediction: one that waits never starts, one that runs is stopped. One that has ended stays as it is.
    ///
    /// It counts as ended at once; its worker is free when its workflow has noticed.
    ///
    /// - Returns: How the prediction is afterwards.
    /// - Throws: ``Refusal`` `TaskNotFound`; ``StorageError``, also if the cancel is not on disk, although the prediction was
    ///   stopped: unless it can be written down later, or at the next call, the next gateway begins the prediction again.
    func cancel(_ id: String, seenBy viewer: PredictionViewer) async throws -> PredictionRecord {
        let known = try await prediction(id, seenBy: viewer)
        guard var record = records[id], !record.status.isTerminal else {
            let ended = records[id] ?? known
            if ended.status == .canceled { try await requireWritten(id) }
            return ended
        }
        if record.status == .waiting {
            // First: while `pools` is changed, nothing may read it.
            let index = remaining(before: record)
            _ = pools[record.pool]?.waiting.remove(at: index)
        } else {
            record.progress.cancel()
            runs[id]?.cancel()
        }
        record.status = .canceled
        conclude(&record)
        await ends[id]?.value
        try await requireWritten(id)
        await dropOld()
        return record
    }

    // MARK: Running

    private func startNext() {
        while let pool = nextPool() {
            guard let job = pools[pool]?.waiting.popFirst() else { return }
            pools[pool]?.running += 1
            records[job.id]?.status = .running
            records[job.id]?.began = configuration.now()
            records[job.id]?.elapsed = configuration.clock.stopwatch()
            if let progress = records[job.id]?.progress { notices.tell(.began(job.id, progress)) }
            if pool == .remote {
                records[job.id]?.progress.onWaitingChange { [weak self, id = job.id] in
                    guard let self else { return }
                    Task { await self.noteWaiting(id) }
                }
            }
            start.yield(job)
        }
    }

    /// A prediction has begun to wait in its backend's queue, or waits there no more.
    private func noteWaiting(_ id: String) {
        guard let record = records[id], record.status == .running else { return }
        // As it is now: notes may overtake each other.
        if record.shownStatus == .waiting { waitingElsewhere.insert(id) } else { waitingElsewhere.remove(id) }
        startNext()
    }

    /// The pool with the oldest waiting job, of those that may start one.
    private func nextPool() -> PredictionPool? {
        let here = pools.reduce(0) { $0 + ($1.key == .remote ? 0 : $1.value.running) }
        return pools.filter { kind, pool in
            guard !pool.waiting.isEmpty else { return false }
            switch kind {
            // Those that wait for a server which is down must not keep others from one that is up.
            case .remote:
                return pool.running - waitingElsewhere.count < configuration.remoteWorkers
                    && waitingElsewhere.count < configuration.maximumWaiting
            case .computing: return here < configuration.workers && pool.running < configuration.computingWorkers
            case .light: return here < configuration.workers
            }
        }
        .min { ($0.value.waiting.first?.number ?? 0) < ($1.value.waiting.first?.number ?? 0) }?.key
    }

    private func execute(_ job: Job) async {
        let outcome = await outcome(of: job)
        runs[job.id] = nil
        // The next gateway begins it again.
        if persisted != nil, Task.isCancelled, case .failed? = outcome { return }
        let abandoned = finish(job, outcome)
        pools[job.pool]?.running -= 1
        startNext()
        for key in abandoned { await removeFile(key) }
        await dropOld()
    }

    /// - Returns: Nil if it was cancelled between its start and here.
    private func outcome(of job: Job) async -> PredictionRunner.Outcome? {
        guard let record = records[job.id], record.status == .running else { return nil }
        // A task of its own, so that one run can be cancelled and the others go on.
        let run = Task { [runner] in
            await runner.run(
                job.offered, id: job.id, owner: job.owner.map { OwnerTag(appKey: $0) }, inputs: job.inputs,
                seeds: job.seeds, progress: record.progress)
        }
        runs[job.id] = run
        return await withTaskCancellationHandler {
            await run.value
        } onCancel: {
            run.cancel()
        }
    }

    /// - Returns: Files that no client can learn of: the prediction was cancelled and its workflow went on to the end.
    private func finish(_ job: Job, _ outcome: PredictionRunner.Outcome?) -> [ObjectKey] {
        guard var record = records[job.id], record.status == .running, let outcome else {
            guard case .succeeded(let outputs, _) = outcome else { return [] }
            return outputs.storedKeys
        }
        switch outcome {
        case .succeeded(let outputs, let info):
            record.status = .succeeded
            record.outputs = outputs
            record.info = info
        case .failed(let reason):
            record.status = .failed
            record.failure = reason
        case .canceled: record.status = .canceled
        }
        conclude(&record)
        if record.status == .succeeded, let duration = record.duration {
            estimates.add(duration, for: job.workflow)
        }
        return []
    }

    /// Records the end of a prediction, in memory and in the database.
    func conclude(_ record: inout PredictionRecord) {
        if let began = record.began {
            let waited = record.progress.current.waited
            record.duration = max((record.elapsed?() ?? .zero) - waited, .zero)
            record.began = began.addingTimeInterval(waited / .seconds(1))
        }
        record.elapsed = nil
        inputFiles[record.id] = nil
        record.progress.removePreview()
        waitingElsewhere.remove(record.id)
        record.ended = configuration.now()
        unfinishedBytes -= record.footprint
        record.footprint = record.heldBytes
        finishedBytes += record.footprint
        records[record.id] = record
        finished.append(record.id)
        if let persisted { return write(record, to: persisted.database) }
        tellEnd(of: record)
        notices.tell(.ended(record.id))
    }

    /// Forgets ended predictions that a sweep has removed from the database, with their files.
    func forget(_ ids: Set<String>) {
        finished.removeAll { ids.contains($0) }
        for id in ids {
            guard let record = records.removeValue(forKey: id) else { continue }
            finishedBytes -= record.footprint
        }
    }

    /// The stored files that unfinished predictions will read.
    var neededFiles: Set<ObjectKey> { Set(inputFiles.values.joined()) }

    /// How many predictions wait, and how many run.
    var load: (waiting: Int, running: Int) {
        var load = (waiting: 0, running: 0)
        for pool in pools.values {
            load.waiting += pool.waiting.count
            load.running += pool.running
        }
        load.waiting += waitingElsewhere.count
        load.running -= waitingElsewhere.count
        return load
    }

    private func isTooOld(_ record: PredictionRecord) -> Bool {
        let oldest = configuration.now().addingTimeInterval(-(configuration.retention / .seconds(1)))
        return record.ended.map { $0 < oldest } ?? false
    }

    /// Forgets finished predictions that are too many, too old or too big together. A database
    /// keeps them until a sweep removes them.
    private func dropOld() async {
        var dropped: [PredictionRecord] = []
        while let id = finished.first, let record = records[id], ends[id] == nil, unwritten[id] == nil,
            finished.count > configuration.maximumFinished
                || (finishedBytes > configuration.maximumHeldBytes && finished.count > 1)
                || isTooOld(record)
        {
            _ = finished.popFirst()
            records[id] = nil
            finishedBytes -= record.footprint
            dropped.append(record)
        }
        guard persisted == nil else { return }
        for key in dropped.flatMap(\.outputs.storedKeys) where !neededFiles.contains(key) { await removeFile(key) }
    }
}
