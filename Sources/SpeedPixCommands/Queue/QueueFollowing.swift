import NATS
import SpeedPix
import SpeedPixBatch
import SpeedPixQueue
import Synchronization

/// Follows a batch in a queue as a batch on this machine is followed: display, events, the table of results, the summary.
struct QueueFollowing: Sendable {
    let context: CommandContext
    let events: EventStream?
    let reader: BatchReader
    let manifest: BatchManifest
    let rows: FollowedRows
    let results: BatchPlan.Results
    /// The absolute path of the file that the rows come from, which results never replace; nil if they come from none.
    let rowsPath: String?
    /// Nil if none is wanted.
    let report: BatchReport?
    let progress: ProgressMode
    let isQuiet: Bool
    let showsSummary: Bool
    /// For further command lines, see ``QueueTarget/flag``.
    let flag: String
    var times = BatchFollower.Times()

    private var name: BatchName { reader.name }

    /// What the last results of rows were, by their numbers.
    private final class LastStates: Sendable {
        private static let skipped: UInt8 = 255
        private let states = Mutex<[UInt8]>([])

        /// - Parameter wasDone: Whether it was done when following began.
        func set(_ number: Int, _ state: RowResult.State, wasDone: Bool) {
            let index = RowResult.State.allCases.firstIndex(of: state) ?? 0
            states.withLock { states in
                if number >= states.count { states += Array(repeating: 0, count: number * 5 / 4 + 64 - states.count) }
                states[number] = wasDone ? Self.skipped : UInt8(index + 1)
            }
        }

        /// - Returns: Nil for a row without a result.
        func take(_ number: Int) -> (state: RowResult.State, wasDone: Bool)? {
            states.withLock { states in
                guard states.indices.contains(number), states[number] > 0 else { return nil }
                defer { states[number] = 0 }
                if states[number] == Self.skipped { return (.succeeded, true) }
                return (RowResult.State.allCases[Int(states[number]) - 1], false)
            }
        }

        func has(_ number: Int) -> Bool { states.withLock { $0.indices.contains(number) && $0[number] > 0 } }
    }

    /// Follows it to its end, or until the task is cancelled; the batch goes on then.
    func run() async -> BatchResult {
        let table: ResultsFile
        do {
            table = try ResultsFile(
                path: results.path, shown: results.shown, format: results.format, columns: manifest.resultColumns,
                rows: rowsPath)
        } catch {
            return BatchResult(end: RunEnd(error, script: nil, in: context))
        }
        let recorder = BatchRecorder(
            total: rows.count, clock: context.clock,
            observers: BatchRecorder.observers(progress, events: events, in: context))
        let states = LastStates()
        let outputFailure = events?.outputFailure ?? OutputFailure()
        let display = BatchDisplay(context: context, mode: progress, recorder: recorder, stop: { nil })
        let reports = Mutex<Set<String>>([])
        let end = Mutex<BatchFollower.End?>(nil)
        var failure: (any Error)?
        do {
            let following = Task {
                try await display.run { shown in
                    let found = try await BatchFollower(
                        reader, manifest, rows: rows, times: times, now: { [context] in context.secondsSince1970 }
                    ) { event in
                        try take(event, recorder, states, table, reports, shown)
                    }.run()
                    end.withLock { $0 = found }
                }
            }
            outputFailure.onFailure { following.cancel() }
            try await withTaskCancellationHandler {
                try await following.value
            } onCancel: {
                following.cancel()
            }
        } catch {
            failure = error
        }
        let stop: BatchStop? =
            switch end.withLock({ $0 }) {
            case .complete?: nil
            case .cancelled?: .cancelled
            case .stopped(let stop)?: stop.reason
            case nil: failure is CancellationError ? .interrupted : nil
            }
        do {
            if let stop, stop != .interrupted {
                try endMissing(stop, recorder, states, table)
            } else if failure != nil {
                try reportMissing(states)
            }
            try table.finish()
        } catch {
            failure = failure ?? error
        }
        return await writeReport(
            finish(recorder, stop: stop, failure: failure, outputFailure: outputFailure.error), stop: stop)
    }

    /// - Parameter reports: What workers have said already.
    private func take(
        _ event: BatchFollower.Event, _ recorder: BatchRecorder, _ states: LastStates, _ table: ResultsFile,
        _ reports: borrowing Mutex<Set<String>>, _ shown: CommandContext
    ) throws {
        func say(_ text: String) { if !isQuiet { shown.say(text.printable()) } }
        switch event {
        case .ended(let line, let queued, let time, let isEarlier):
            let row = line.row(manifest.rows.parameters)
            let isDone = queued.result.state == .succeeded
            states.set(line.number, queued.result.state, wasDone: isEarlier && isDone)
            try table.append(manifest.record(line, queued.result))
            report?.note(row, queued.result, worker: queued.worker, ended: time)
            guard !isEarlier else { return recorder.note(isDone ? .skipped(row) : .left(row, queued.result)) }
            for _ in 0..<queued.created { recorder.note(.created) }
            for _ in 0..<queued.reused { recorder.note(.reused) }
            let ended = QueuedRow(row: row, tries: queued.tries)
            recorder.note(.unsaved(ended, queued.unsaved))
            recorder.note(.ended(ended, queued.result))
        case .reopened(let line):
            guard let last = states.take(line.number) else { return }
            recorder.note(
                .reopened(line.row(manifest.rows.parameters), last.state, wasSkipped: last.wasDone))
        case .caughtUp(let missing):
            guard missing > 0 else { return }
            say(
                "following \(name): \(CountText.grouped(rows.count - missing)) of \(CountText.of(rows.count, "row")) done;"
                    + " Ctrl-C leaves the batch running")
        case .running(let count): recorder.note(.running(count))
        case .report(let report):
            let text = "worker \(report.worker) \(report.message)"
            guard reports.withLock({ $0.insert(text).inserted }) else { return }
            say("\(text) (row \(report.label))")
        case .republished(let count):
            say("\(CountText.of(count, "row")) had neither a worker nor a result, and were handed out again")
        }
    }

    /// Rows that nobody does any more get their results as well.
    private func endMissing(
        _ stop: BatchStop, _ recorder: BatchRecorder, _ states: LastStates, _ table: ResultsFile
    ) throws {
        for index in 0..<rows.count {
            let line = try rows.line(index)
            guard !states.has(line.number) else { continue }
            let row = line.row(manifest.rows.parameters)
            recorder.note(.ended(QueuedRow(row: row, tries: 0), stop.result))
            try table.append(manifest.record(line, stop.result))
            report?.note(row, stop.result, worker: nil, ended: nil)
        }
    }

    /// Rows that others go on with stand in the report as well.
    private func reportMissing(_ states: LastStates) throws {
        guard let report else { return }
        for index in 0..<rows.count {
            let line = try rows.line(index)
            guard !states.has(line.number) else { continue }
            report.note(line.row(manifest.rows.parameters), BatchReport.withoutResult, worker: nil, ended: nil)
        }
    }

    private func writeReport(_ result: BatchResult, stop: BatchStop?) async -> BatchResult {
        guard let report else { return result }
        let problem = stop == .interrupted ? "following was interrupted, and the batch goes on" : result.problem
        return await report.write(
            report.facts(of: manifest), problem: problem, after: result, isSaid: !isQuiet && events == nil)
    }

    private func finish(
        _ recorder: BatchRecorder, stop: BatchStop?, failure: (any Error)?, outputFailure: (any Error)?
    ) -> BatchResult {
        let state = recorder.state
        var ways: [(purpose: String, command: String)] = []
        switch stop {
        case .interrupted?:
            ways.append(("follow the batch, which goes on", "speedpix batch attach \(name)\(flag)"))
            ways.append(("end it", "speedpix batch cancel \(name)\(flag)"))
        case .cancelled?: break
        default:
            if state.failed + state.inDoubt + state.notRun > 0 {
                ways.append(("do what is missing", "speedpix batch attach \(name) --resume\(flag)"))
            }
        }
        let summary = BatchSummary(
            state: state, stop: stop, elapsed: recorder.elapsed(), results: results.shown, goOn: ways)
        if showsSummary { for line in summary.lines { context.say(line) } }
        let problem: (any Error)? =
            switch failure {
            case let error as QueueError: CommandFailure(error)
            case let error as NATSError: CommandFailure(error)
            default: failure
            }
        return BatchResult(
            end: RunEnd(
                batch: state, stop: stop, failure: problem, outputFailure: outputFailure, in: context),
            summary: summary)
    }
}
