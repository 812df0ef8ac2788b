import LocalFiles
import SpeedPix
import SpeedPixBatch
import SpeedPixJournal
import SpeedPixLua
import SystemPackage

/// Runs a script for every row of a plan, and reports it: from the first event to the summary. What it makes before the first row
/// begins is here, the rest is done by a ``BatchAttempt``.
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
        let reportPlace: ReportPlace?
        do {
            let target = try BatchTarget(plan)
            try check(plan, target)
            reportPlace = try BatchReport.place(plan.report, rows: plan.rows.count, in: context)
            journaling = try BatchJournaling(plan, target, client: client, in: context)
        } catch {
            return BatchResult(end: RunEnd(error, script: nil, in: context))
        }
        do {
            return try await attempt(plan, journaling, client, reportPlace).run()
        } catch {
            // It has begun, and no row has.
            await report(journaling.end(succeeded: false, asksAboutUnended: false))
            return BatchResult(end: RunEnd(error, script: nil, in: context), run: journaling.journal?.run)
        }
    }

    private func report(_ problem: SpeedPixError?) {
        if let problem { context.say("speedpix: \(problem.message)".printable()) }
    }

    /// Whether what the batch writes can be written.
    ///
    /// - Throws: ``SpeedPixError``; ``CommandFailure``.
    private func check(_ plan: BatchPlan, _ target: BatchTarget) throws {
        guard !plan.isDryRun else { return }
        if let out = plan.out { try OutputFolder.checkWritable(context.absolute(out), shownAs: out) }
        try ResultsFile.check(path: plan.results.path, shown: plan.results.shown, rows: plan.rowsPath)
        // A batch that goes on replaces the table of its attempts before; what another batch has paid for is not overwritten.
        guard target.run == nil, FileKind(FilePath(plan.results.path)) != nil else { return }
        let resume = plan.journal.map { "; to go on with the batch that wrote it: \($0.resumeCommand)" } ?? ""
        throw CommandFailure(
            .usage, "\(plan.results.shown) has the results of another batch".printable(),
            hint: "name another file with --results, or move this one away\(resume)".printable())
    }

    /// Decides which rows are to be done, and begins the table of results with the others.
    ///
    /// - Throws: As ``RowSelection`` and ``ResultsFile`` do.
    private func attempt(
        _ plan: BatchPlan, _ journaling: BatchJournaling, _ client: SpeedPixClient, _ reportPlace: ReportPlace?
    ) async throws -> BatchAttempt {
        let report = try reportPlace.map { try BatchReport($0, plan.reported(journaling), in: context) }
        let scriptDigest = RowVersion.scriptDigest(plan.script.chunk)
        let selection = try RowSelection(plan, journaling, scriptDigest: scriptDigest)
        let results = plan.isDryRun ? nil : try begin(plan, selection, journaling)
        try await journaling.journal?.releaseNames(of: selection.runs)
        if !plan.isQuiet { for note in selection.notes { context.say(note.printable()) } }
        // A dry run lists what would be done instead.
        let progress = plan.isDryRun ? ProgressMode.none : plan.progress
        let recorder = BatchRecorder(
            total: plan.rows.count, clock: context.clock,
            observers: BatchRecorder.observers(progress, events: events, report: report, in: context))
        for other in selection.others {
            let row = plan.rows[other.index]
            recorder.note(
                other.standing == .done ? .skipped(row) : .left(row, try result(of: other, row, journaling)))
        }
        let missing = selection.missing
        let queue = LocalRowQueue(
            count: missing.count, rules: plan.rules(at: context.now()), clock: context.clock
        ) {
            plan.rows[missing[$0]]
        }
        return BatchAttempt(
            context: context, events: events, outputFailure: outputFailure, plan: plan, client: client,
            journaling: journaling, scriptDigest: scriptDigest, results: results, report: report, progress: progress,
            recorder: recorder, queue: queue, dryRun: plan.isDryRun ? DryRunList(context) : nil)
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
                try add(plan.record(row, try result(of: other, row, journaling)))
            }
            // The result of an attempt before stays in the table until the row has a new one.
            for index in selection.missing {
                let row = plan.rows[index]
                let known = try journaling.result(row)
                if known.state != .notRun { try add(plan.record(row, known)) }
            }
        }
    }

    /// What the results and the counts say of a row that is not to be done.
    private func result(
        of other: (index: Int, standing: RowSelection.Standing), _ row: BatchRow, _ journaling: BatchJournaling
    ) throws -> RowResult {
        let known = try journaling.result(row)
        guard other.standing == .changed else { return known }
        // What it returned was for other values, or another script.
        return RowResult(
            .notRun,
            failure: RowResult.Failure(
                code: "changed", message: "it was done, and has changed since: --resume without --only does it again",
                isRetryable: true),
            predictions: known.predictions)
    }
}
