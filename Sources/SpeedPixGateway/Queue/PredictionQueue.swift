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
        /// Over both lanes: who came first.
        let number: Int
    }

    private struct Lane {
        var waiting = FIFO<Job>()
        var appended = 0
        var taken = 0
        var running = 0
    }

    private let configuration: GatewayConfiguration
    private let runner: PredictionRunner
    private let forget: @Sendable (PredictionRecord) async -> Void
    private let starts: AsyncStream<Job>
    private let start: AsyncStream<Job>.Continuation

    private var records: [String: PredictionRecord] = [:]
    private var lanes: [Bool: Lane] = [false: Lane(), true: Lane()]
    private var finished = FIFO<String>()
    private var estimates = DurationEstimates()
    private var created = 0
    private var unfinishedBytes = 0
    private var finishedBytes = 0

    /// - Parameter forget: Called with each finished prediction that is dropped, so that its files can go too.
    init(
        _ configuration: GatewayConfiguration, runner: PredictionRunner,
        forget: @escaping @Sendable (PredictionRecord) async -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.runner = runner
        self.forget = forget
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
            footprint: footprint, ordinal: lanes[lane]?.appended ?? 0)
        records[record.id] = record
        unfinishedBytes += footprint
        lanes[lane]?.waiting.append(Job(id: record.id, inputs: inputs, number: created))
        lanes[lane]?.appended += 1
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
        return max(record.ordinal - lane.taken, 0)
    }

    // MARK: Running

    private func startNext() {
        while lanes.values.reduce(0, { $0 + $1.running }) < configuration.workers, let lane = nextLane() {
            guard let job = lanes[lane]?.waiting.popFirst() else { return }
            lanes[lane]?.taken += 1
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
        guard let record = records[job.id] else { return }
        let outcome = await runner.run(record.workflow, id: job.id, inputs: job.inputs, reported: record.reported)
        finish(job.id, outcome)
        await dropOld()
    }

    private func finish(_ id: String, _ outcome: PredictionRunner.Outcome) {
        guard var record = records[id] else { return }
        let duration = record.elapsed?() ?? .zero
        record.duration = duration
        record.elapsed = nil
        record.ended = configuration.now()
        unfinishedBytes -= record.footprint
        switch outcome {
        case .succeeded(let outputs, let info):
            record.status = .succeeded
            record.outputs = outputs
            record.info = info
            estimates.learn(duration, for: record.workflow)
        case .failed(let reason):
            record.status = .failed
            record.failure = reason
        }
        record.footprint = record.heldBytes
        finishedBytes += record.footprint
        records[id] = record
        finished.append(id)
        lanes[record.workflow.isComputing]?.running -= 1
        startNext()
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
        for record in dropped { await forget(record) }
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
