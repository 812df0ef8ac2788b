import LocalFiles
import SpeedPix
import SpeedPixBatch
import SpeedPixJournal
import SpeedPixLua
import Synchronization
import SystemPackage

/// Runs a script for every row of a plan, and reports it: from the first event to the summary.
struct BatchRunner: Sendable {
    let context: CommandContext
    /// Set for `--json`.
    let events: EventStream?
    /// Of the events, which are all that standard output has then, or of what scripts print.
    private let outputFailure: OutputFailure

    init(_ context: CommandContext, events: EventStream?) {
        self.context = context
        self.events = events
        outputFailure = events?.outputFailure ?? OutputFailure()
    }

    /// Runs a batch to its end, and reports it; the caller has only the failure to report, and the last event.
    func run(_ plan: BatchPlan) async -> BatchResult {
        events?.start(plan.host)
        let client = SpeedPixClient(
            plan.host.configuration, dependencies: ClientDependencies(context, transport: plan.host.transport),
            middleware: plan.host.middleware)
        let journaling: BatchJournaling
        let selection: RowSelection
        let results: ResultsFile?
        let scriptDigest = RowVersion.scriptDigest(plan.script.chunk)
        do {
            if let out = plan.out, !plan.isDryRun {
                try OutputFolder.checkWritable(context.absolute(out), shownAs: out)
            }
            if !plan.isDryRun {
                try ResultsFile.check(path: plan.results.path, shown: plan.results.shown, rows: plan.rowsPath)
                try checkIsFree(plan)
            }
            journaling = try BatchJournaling(plan, client: client, in: context)
            selection = try RowSelection(plan, journaling, scriptDigest: scriptDigest)
            results = plan.isDryRun ? nil : try begin(plan, selection, journaling)
        } catch {
            return BatchResult(end: RunEnd(error, script: nil, in: context))
        }
        if !plan.isQuiet { for note in selection.notes { context.say(note.printable()) } }

        // A dry run lists what would be done instead.
        let progress = plan.isDryRun ? ProgressMode.none : plan.progress
        let recorder = BatchRecorder(
            total: plan.rows.count, clock: context.clock,
            observers: BatchRecorder.observers(progress, events: events, in: context))
        do {
            for other in selection.others {
                let row = plan.rows[other.index]
                recorder.note(other.isDone ? .skipped(row) : .left(row, try journaling.result(row)))
            }
        } catch {
            return BatchResult(end: RunEnd(error, script: nil, in: context))
        }
        let missing = selection.missing
        let queue = LocalRowQueue(count: missing.count, rules: plan.rules, clock: context.clock) {
            plan.rows[missing[$0]]
        }
        let dryRun = plan.isDryRun ? DryRunList(context) : nil
        let budget = plan.budget.map { CreateLimit($0, of: "this batch", option: "--budget") }
        let rate = plan.rate.map { CreateRateLimiter($0, clock: context.clock) }
        var failure: (any Error)?
        do {
            var shown = context
            shown.writeOutput = outputFailure.recording(context.writeOutput)
            let display = BatchDisplay(
                context: shown, mode: progress, recorder: recorder, stop: { queue.stopReason })
            let rows = Task {
                try await display.run { scriptContext in
                    let environment = RowEnvironment(
                        plan: plan.rowScript, client: client, journaling: journaling, scriptDigest: scriptDigest,
                        redaction: Redaction(plan.secrets).adding(plan.host.configuration), budget: budget,
                        rate: rate, events: events, context: scriptContext, dryRun: dryRun,
                        onEvent: recorder.note, onStop: queue.stop)
                    try await work(queue, plan, environment, recorder: recorder, results: results)
                }
            }
            // Nothing more is paid for whose output is lost.
            outputFailure.onFailure {
                queue.stop(.interrupted)
                rows.cancel()
            }
            try await withTaskCancellationHandler {
                try await rows.value
            } onCancel: {
                rows.cancel()
            }
        } catch {
            failure = error
        }
        if let error = finish(queue, plan, journaling, recorder: recorder, results: results) {
            failure = failure ?? error
        }
        return await end(plan, recorder: recorder, queue: queue, journaling, dryRun: dryRun, failure: failure)
    }

    /// A batch that goes on replaces the table of its attempts before; what another batch has paid for is not overwritten.
    private func checkIsFree(_ plan: BatchPlan) throws {
        let isGoingOn = try plan.journal.map { try BatchJournaling.goesOn($0) } ?? false
        guard !isGoingOn, FileKind(FilePath(plan.results.path)) != nil else { return }
        let resume = plan.journal.map { "; to go on with the batch that wrote it: \($0.resumeCommand)" } ?? ""
        throw CommandFailure(
            .usage, "\(plan.results.shown) has the results of another batch".printable(),
            hint: "name another file with --results, or move this one away\(resume)".printable())
    }

    /// The table of results, with the rows that are not done now as attempts before have left them.
    private func begin(
        _ plan: BatchPlan, _ selection: RowSelection, _ journaling: BatchJournaling
    ) throws -> ResultsFile {
        try ResultsFile(
            path: plan.results.path, shown: plan.results.shown, format: plan.results.format,
            columns: plan.resultColumns, rows: plan.rowsPath
        ) { add in
            for other in selection.others {
                let row = plan.rows[other.index]
                try add(record(row, try journaling.result(row), plan))
            }
            // The result of an attempt before stays in the table until the row has a new one.
            for index in selection.missing {
                let row = plan.rows[index]
                let known = try journaling.result(row)
                if known.state != .notRun { try add(record(row, known, plan)) }
            }
        }
    }

    private func record(_ row: BatchRow, _ result: RowResult, _ plan: BatchPlan) -> ResultRecord {
        var source = plan.table.columns.indices.map { plan.table.text(row.number - 1, $0) }
        if plan.rows.hasDigestKeys { source.append(row.key.description) }
        return ResultRecord(number: row.number, source: source, result: result)
    }

    // MARK: Rows

    /// Runs rows, so many at once, until no more begins and those that run have ended.
    ///
    /// - Throws: `CancellationError`; ``SpeedPixError`` if results cannot be written.
    private func work(
        _ queue: LocalRowQueue, _ plan: BatchPlan, _ environment: RowEnvironment, recorder: BatchRecorder,
        results: ResultsFile?
    ) async throws {
        // What a dry run lists is readable only if rows do not mix.
        let width = plan.isDryRun ? 1 : plan.concurrency
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<width {
                group.addTask {
                    while let queued = try await queue.next() {
                        recorder.note(.started(queued))
                        if plan.isDryRun { context.say("row \(queued.row.label):".printable()) }
                        let result = await RowRun(environment: environment, queued: queued).run()
                        guard try await queue.finish(queued, result) else {
                            recorder.note(.retried(queued, result))
                            continue
                        }
                        recorder.note(.ended(queued, result))
                        append(queued.row, result, plan, to: results, queue)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Writes a row's result. One that cannot be written ends the batch: what comes after it would be paid for, and lost.
    private func append(
        _ row: BatchRow, _ result: RowResult, _ plan: BatchPlan, to results: ResultsFile?, _ queue: LocalRowQueue
    ) {
        do {
            try results?.append(record(row, result, plan))
        } catch {
            queue.stop(.results(RunEnd(error, script: nil, in: context).message ?? "\(error)"))
        }
    }

    /// Adds the rows that have no result, and puts the table into its order.
    ///
    /// - Returns: Why it could not be written.
    private func finish(
        _ queue: LocalRowQueue, _ plan: BatchPlan, _ journaling: BatchJournaling, recorder: BatchRecorder,
        results: ResultsFile?
    ) -> (any Error)? {
        do {
            try queue.forEachUnfinished { queued, result in
                recorder.note(.ended(queued, result))
                // A row that has a result of an attempt before keeps it. One that cannot be written is kept for the end.
                guard try queued.tries > 0 || journaling.result(queued.row).state == .notRun else { return }
                try? results?.append(record(queued.row, result, plan))
            }
            try results?.finish()
            return nil
        } catch {
            return error
        }
    }

    // MARK: The end

    private func end(
        _ plan: BatchPlan, recorder: BatchRecorder, queue: LocalRowQueue, _ journaling: BatchJournaling,
        dryRun: DryRunList?, failure: (any Error)?
    ) async -> BatchResult {
        let state = recorder.state
        let isInterrupted = failure is CancellationError || context.end.hasBegun
        let stop = isInterrupted ? .interrupted : queue.stopReason
        let isDone = failure == nil && stop == nil && state.failed + state.inDoubt + state.notRun == 0
        if let problem = await journaling.end(succeeded: isDone) {
            context.say("speedpix: \(problem.message)".printable())
        }
        var ways: [(purpose: String, command: String)] = []
        if !isDone, let command = journaling.resumeCommand { ways.append(("do what is missing", command)) }
        if state.unsaved > 0, let flag = plan.localMode.laterFlag {
            ways.append(("list files that were not saved", "speedpix jobs list --unsaved\(flag)"))
        }
        let summary = BatchSummary(
            state: state, stop: stop, elapsed: recorder.elapsed(),
            results: plan.isDryRun ? nil : plan.results.shown, goOn: ways)
        if let dryRun {
            if !plan.isQuiet { context.say(dryRun.total(nil)) }
        } else if plan.showsSummary {
            for line in summary.lines { context.say(line) }
        }
        return BatchResult(
            end: RunEnd(batch: state, stop: stop, failure: failure, outputFailure: outputFailure.error, in: context),
            summary: summary, run: journaling.journal?.run)
    }
}

/// How a batch ended, for the command and for the last event.
struct BatchResult: Sendable {
    let end: RunEnd
    /// Nil for a batch that never began.
    var summary: BatchSummary?
    /// Its number in the journal; nil if nothing was written down.
    var run: Int64?

    func fields(in context: CommandContext) -> [String: JSONValue] {
        var fields = end.fields(in: context)
        if let summary { fields["rows"] = summary.fields }
        if let run { fields["run"] = .integer(run) }
        return fields
    }
}

extension RunEnd {
    /// How a batch ended: by what stopped it, else by its rows.
    init(
        batch state: BatchState, stop: BatchStop?, failure: (any Error)?, outputFailure: (any Error)?,
        in context: CommandContext
    ) {
        if let outputFailure, !context.end.hasBegun {
            self.init(outputFailed: outputFailure)
            return
        }
        if stop == .interrupted {
            self.init(CancellationError(), script: nil, in: context)
            return
        }
        if let failure {
            self.init(failure, script: nil, in: context)
            return
        }
        let left = state.failed + state.inDoubt + state.notRun
        guard left > 0 else {
            self = .success
            return
        }
        let isLater = stop?.isTemporary == true
        let status: ExitStatus = isLater ? .later : .predictionFailed
        let message =
            isLater
            ? "\(CountText.of(state.remaining, "row")) left: \(stop?.sentence ?? "")"
            : "\(CountText.of(left, "row")) of \(CountText.grouped(state.total)) \(left == 1 ? "is" : "are") not done"
        self.init(CommandFailure(status, message.printable()), script: nil, in: context)
        code = isLater ? stop?.code : "rows_failed"
    }
}
