import SpeedPix
import SpeedPixBatch
import SpeedPixLua

/// One attempt of a batch: does the rows of a queue, writes their results, and reports them.
struct BatchAttempt: Sendable {
    let context: CommandContext
    /// Set for `--json`.
    let events: EventStream?
    let outputFailure: OutputFailure
    let plan: BatchPlan
    /// Of all rows.
    let client: SpeedPixClient
    let journaling: BatchJournaling
    let scriptDigest: String
    /// Nil for a dry run.
    let results: ResultsFile?
    /// Nil if none is wanted.
    let report: BatchReport?
    /// How progress is shown.
    let progress: ProgressMode
    let recorder: BatchRecorder
    let queue: LocalRowQueue
    /// Set for a dry run.
    let dryRun: DryRunList?

    /// Does the rows, and ends the batch.
    func run() async -> BatchResult {
        var failure: (any Error)?
        do {
            try await doRows()
        } catch {
            failure = error
        }
        if let error = finishResults() { failure = failure ?? error }
        return await writeReport(end(failure))
    }

    // MARK: Rows

    /// Does the rows while their progress is shown, until no more begins and those that run have ended.
    ///
    /// - Throws: `CancellationError`; what reading a row throws.
    private func doRows() async throws {
        var shown = context
        shown.writeOutput = outputFailure.recording(context.writeOutput)
        let display = BatchDisplay(
            context: shown, mode: progress, recorder: recorder,
            previews: progress == .tty ? PreviewDisplay(plan.host.configuration, context) : nil,
            stop: { [queue] in queue.stopReason })
        let rows = Task { [self] in
            try await display.run { scriptContext in try await work(environment(scriptContext)) }
        }
        // Nothing more is paid for whose output is lost.
        outputFailure.onFailure { [queue] in
            queue.stop(.interrupted)
            rows.cancel()
        }
        try await withTaskCancellationHandler {
            try await rows.value
        } onCancel: {
            rows.cancel()
        }
    }

    private func environment(_ scriptContext: CommandContext) -> RowEnvironment {
        RowEnvironment(
            plan: plan.rowScript, client: client, journaling: journaling, scriptDigest: scriptDigest,
            redaction: Redaction(plan.secrets).adding(plan.host.configuration),
            budget: plan.budget.map { CreateLimit($0, of: "this batch", option: "--budget") },
            names: BatchNames(journaling.journal?.reader),
            rate: plan.rate.map { CreateRateLimiter($0, clock: context.clock) }, events: events,
            context: scriptContext, dryRun: dryRun, onEvent: recorder.note, onStop: queue.stop,
            hasLostOutput: { [outputFailure] in outputFailure.error != nil })
    }

    private func work(_ environment: RowEnvironment) async throws {
        // What a dry run lists is readable only if rows do not mix.
        let width = plan.isDryRun ? 1 : plan.concurrency
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<width {
                group.addTask {
                    while let queued = try await queue.next() { try await run(queued, environment) }
                }
            }
            try await group.waitForAll()
        }
    }

    private func run(_ queued: QueuedRow, _ environment: RowEnvironment) async throws {
        recorder.note(.started(queued))
        if plan.isDryRun { context.say("row \(queued.row.label):".printable()) }
        let result = await RowRun(environment: environment, queued: queued).run()
        guard try await queue.finish(queued, result) else { return recorder.note(.retried(queued, result)) }
        recorder.note(.ended(queued, result))
        append(queued.row, result)
    }

    // MARK: Results

    /// Writes a row's result. One that cannot be written ends the batch: what comes after it would be paid for, and lost.
    private func append(_ row: BatchRow, _ result: RowResult) {
        do {
            try results?.append(plan.record(row, result))
        } catch {
            queue.stop(.results(RunEnd(error, script: nil, in: context).message ?? "\(error)"))
        }
    }

    /// Adds the rows that have no result, and puts the table into its order.
    ///
    /// - Returns: Why it could not be written.
    private func finishResults() -> (any Error)? {
        var isWritable = true
        do {
            try queue.forEachUnfinished { queued, result in
                recorder.note(.ended(queued, result))
                // A row that has a result of an attempt before keeps it. What cannot be written is kept in memory, so that of a full
                // disk there is no more than one row: the others have nothing that was paid for.
                guard isWritable, try queued.tries > 0 || journaling.result(queued.row).state == .notRun else { return }
                do { try results?.append(plan.record(queued.row, result)) } catch { isWritable = false }
            }
            try results?.finish()
            return nil
        } catch {
            return error
        }
    }

    // MARK: The end

    private func end(_ failure: (any Error)?) async -> BatchResult {
        let state = recorder.state
        let isInterrupted = failure is CancellationError || context.end.hasBegun
        let stop = isInterrupted ? .interrupted : queue.stopReason
        let isDone = failure == nil && stop == nil && state.failed + state.inDoubt + state.notRun == 0
        let problem = await journaling.end(
            succeeded: isDone, asksAboutUnended: failure == nil && stop != .interrupted)
        if let problem { context.say("speedpix: \(problem.message)".printable()) }
        let summary = BatchSummary(
            state: state, stop: stop, elapsed: recorder.elapsed(),
            results: plan.isDryRun ? nil : plan.results.shown, goOn: waysOn(state, isDone: isDone))
        if let dryRun {
            if !plan.isQuiet { context.say(dryRun.total(nil)) }
        } else if plan.showsSummary {
            for line in summary.lines { context.say(line) }
        }
        return BatchResult(
            end: RunEnd(batch: state, stop: stop, failure: failure, outputFailure: outputFailure.error, in: context),
            summary: summary, run: journaling.journal?.run)
    }

    /// Command lines that go on from here, with what each is for.
    private func waysOn(_ state: BatchState, isDone: Bool) -> [(purpose: String, command: String)] {
        var ways: [(purpose: String, command: String)] = []
        if !isDone, let command = journaling.resumeCommand { ways.append(("do what is missing", command)) }
        if state.unsaved > 0, let flag = plan.localMode.laterFlag {
            let option = plan.journal?.folder.option ?? ""
            ways.append(("list files that were not saved", "speedpix jobs list --unsaved\(flag)\(option)"))
        }
        return ways
    }
}
