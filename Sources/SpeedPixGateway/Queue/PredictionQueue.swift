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
/// Computing predictions have a lane of their own: while every core is busy they wait, and the others pass them.
actor PredictionQueue: Service {
    private struct Job: Sendable {
        let id: String
        let inputs: [String: PreparedInput]
        let isComputing: Bool
        /// Over both lanes: who came first.
        let number: Int
    }

    private struct Lane {
        /// By number.
        var waiting = FIFO<Job>()
        /// Runs that hold a worker, those among them that were cancelled and have not ended yet included.
        var running = 0
    }

    private let configuration: GatewayConfiguration
    private let runner: PredictionRunner
    private let removeFile: @Sendable (ObjectKey) async -> Void
    private let starts: AsyncStream<Job>
    private let start: AsyncStream<Job>.Continuation

    private var records: [String: PredictionRecord] = [:]
    private var runs: [String: Task<PredictionRunner.Outcome, Never>] = [:]
    private var lanes: [Bool: Lane] = [false: Lane(), true: Lane()]
    private var finished = FIFO<String>()
    private var estimates = DurationEstimates()
    private var created = 0
    private var unfinishedBytes = 0
    private var finishedBytes = 0

    /// - Parameter removeFile: Called with each output file that nobody can ask for any more.
    init(
        _ configuration: GatewayConfiguration, runner: PredictionRunner,
        removeFile: @escaping @Sendable (ObjectKey) async -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.runner = runner
        self.removeFile = removeFile
        (starts, start) = AsyncStream.makeStream()
    }

    /// Runs what is submitted, until the gateway shuts down; what runs then is cancelled.
    func run() async throws {
        await cancelWhenGracefulShutdown { [starts] in
            await withDiscardingTaskGroup { group in
                for await job in starts {
                    group.addTask { await self.execute(job) }
                }
                group.cancelAll()
            }
        }
    }

    /// Queues a prediction.
    ///
    /// - Parameter footprint: About what the inputs take in memory, in bytes.
    /// - Throws: ``Refusal`` with HTTP 429 if too many wait already.
    func submit(
        _ workflow: any Workflow, inputs: [String: PreparedInput], footprint: Int
    ) async throws(Refusal) -> PredictionRecord {
        let waiting = lanes.values.reduce(0) { $0 + $1.waiting.count }
        guard waiting < configuration.maximumWaiting,
            unfinishedBytes + footprint <= configuration.maximumHeldBytes || unfinishedBytes == 0
        else {
            throw Refusal(
                "Throttled", "Throttled by APP Flow Control: \(waiting) predictions are waiting; try again later",
                status: .tooManyRequests)
        }
        let lane = workflow.isComputing
        let record = PredictionRecord(
            id: configuration.uniqueName(), workflow: workflow, estimate: estimates.estimate(for: workflow),
            footprint: footprint, number: created)
        records[record.id] = record
        unfinishedBytes += footprint
        lanes[lane]?.waiting.append(Job(id: record.id, inputs: inputs, isComputing: lane, number: created))
        created += 1
        startNext()
        await dropOld()
        return records[record.id] ?? record
    }

    /// - Throws: ``Refusal`` `TaskNotFound`.
    func record(_ id: String) throws(Refusal) -> PredictionRecord {
        guard let record = records[id] else {
            throw Refusal(
                "TaskNotFound",
                "there is no task \"\(id.prefix(100))\": it was created at another gateway, or before this one started,"
                    + " or so long ago that it was forgotten")
        }
        return record
    }

    /// How many predictions start before a waiting one of the same kind.
    func remaining(before record: PredictionRecord) -> Int {
        guard record.status == .waiting, let lane = lanes[record.workflow.isComputing] else { return 0 }
        return lane.waiting.partitioningIndex { $0.number < record.number }
    }

    /// Ends a prediction: one that waits never starts, one that runs is stopped. One that has ended stays as it is.
    ///
    /// It counts as ended at once; its worker is free when its workflow has noticed.
    ///
    /// - Returns: How the prediction is afterwards.
    /// - Throws: ``Refusal`` `TaskNotFound`.
    func cancel(_ id: String) async throws(Refusal) -> PredictionRecord {
        var record = try record(id)
        guard !record.status.isTerminal else { return record }
        if record.status == .waiting {
            let place = remaining(before: record)
            _ = lanes[record.workflow.isComputing]?.waiting.remove(at: place)
        } else {
            runs[id]?.cancel()
        }
        record.status = .canceled
        conclude(&record)
        await dropOld()
        return record
    }

    // MARK: Running

    private func startNext() {
        while lanes.values.reduce(0, { $0 + $1.running }) < configuration.workers, let lane = nextLane() {
            guard let job = lanes[lane]?.waiting.popFirst() else { return }
            lanes[lane]?.running += 1
            records[job.id]?.status = .running
            records[job.id]?.began = configuration.now()
            records[job.id]?.elapsed = configuration.clock.stopwatch()
            start.yield(job)
        }
    }

    /// The lane whose first job came first, among those that may start one.
    private func nextLane() -> Bool? {
        lanes.filter { isComputing, lane in
            lane.waiting.count > 0 && (!isComputing || lane.running < configuration.computingWorkers)
        }
        .min { ($0.value.waiting.first?.number ?? 0) < ($1.value.waiting.first?.number ?? 0) }?.key
    }

    private func execute(_ job: Job) async {
        let outcome = await outcome(of: job)
        runs[job.id] = nil
        let abandoned = finish(job.id, outcome)
        lanes[job.isComputing]?.running -= 1
        startNext()
        for key in abandoned { await removeFile(key) }
        await dropOld()
    }

    /// - Returns: Nil if it was cancelled between its start and here.
    private func outcome(of job: Job) async -> PredictionRunner.Outcome? {
        guard let record = records[job.id], record.status == .running else { return nil }
        // A task of its own, so that one run can be cancelled and the others go on.
        let run = Task { [runner] in
            await runner.run(record.workflow, id: job.id, inputs: job.inputs, reported: record.reported)
        }
        runs[job.id] = run
        return await withTaskCancellationHandler {
            await run.value
        } onCancel: {
            run.cancel()
        }
    }

    /// - Returns: Files that nobody will ask for: the prediction was cancelled and its workflow went on to the end.
    private func finish(_ id: String, _ outcome: PredictionRunner.Outcome?) -> [ObjectKey] {
        guard var record = records[id], record.status == .running, let outcome else {
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
        }
        conclude(&record)
        if record.status == .succeeded, let duration = record.duration {
            estimates.learn(duration, for: record.workflow)
        }
        return []
    }

    /// Keeps the books of a prediction that has just ended.
    private func conclude(_ record: inout PredictionRecord) {
        if record.began != nil { record.duration = record.elapsed?() ?? .zero }
        record.elapsed = nil
        record.ended = configuration.now()
        unfinishedBytes -= record.footprint
        record.footprint = record.heldBytes
        finishedBytes += record.footprint
        records[record.id] = record
        finished.append(record.id)
    }

    /// Forgets finished predictions that are too many, too old or too big together.
    private func dropOld() async {
        let oldest = configuration.now().addingTimeInterval(-(configuration.retention / .seconds(1)))
        var dropped: [PredictionRecord] = []
        while let id = finished.first, let record = records[id],
            finished.count > configuration.maximumFinished
                || (finishedBytes > configuration.maximumHeldBytes && finished.count > 1)
                || record.ended.map({ $0 < oldest }) ?? false
        {
            _ = finished.popFirst()
            records[id] = nil
            finishedBytes -= record.footprint
            dropped.append(record)
        }
        for key in dropped.flatMap(\.outputs.storedKeys) { await removeFile(key) }
    }
}

extension PredictionRecord {
    /// About what a finished prediction takes in memory, in bytes.
    fileprivate var heldBytes: Int {
        outputs.values.reduce(512 + (failure?.utf8.count ?? 0)) { sum, output in
            switch output {
            case .data(let value): sum + value.footprint
            case .file: sum + 512
            case .files(let files): sum + 512 * files.count
            }
        }
    }
}
