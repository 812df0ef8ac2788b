import LuaRuntime
import SpeedPix
import SpeedPixJournal
import SpeedPixLua

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Runs scripts by their plans, and tells of it: from the first event to the summary.
struct ScriptRunner: Sendable {
    let context: CommandContext
    /// Set for `--json`.
    let events: EventStream?
    /// Of the events, which are all that standard output has then, or of what the script prints.
    private let outputFailure: OutputFailure

    init(_ context: CommandContext, events: EventStream?) {
        self.context = context
        self.events = events
        outputFailure = events?.outputFailure ?? OutputFailure()
    }

    /// Runs a script to its end, and reports it; the caller has only the failure to report, and the last event.
    func run(_ plan: RunPlan) async -> RunResult {
        events?.start(plan)
        // For what the runner itself asks the service. The script's own client counts its creates and writes them into the
        // journal, which these calls must not.
        let client = SpeedPixClient(
            plan.host.configuration, dependencies: ClientDependencies(context, transport: plan.host.transport))
        let report: RunReport?
        let journaling: RunJournaling
        do {
            // A dry run makes nothing, not even to find out whether it could.
            if let out = plan.out, !plan.isDryRun {
                try OutputFolder.checkWritable(context.absolute(out), shownAs: out)
            }
            report = try plan.report.map { try RunReport($0, in: context) }
            journaling = try RunJournaling(
                plan.journal, seed: plan.seed, isDryRun: plan.isDryRun, isQuiet: plan.isQuiet, client: client,
                in: context)
        } catch {
            return RunResult(end: RunEnd(error, script: nil, in: context))
        }
        let dryRun = plan.isDryRun ? DryRunList(context) : nil
        let recorder = RunRecorder(
            clock: context.clock, keepsHistory: report != nil,
            observers: observers(of: plan, report: report, dryRun: dryRun))
        let overlay = dryRun == nil ? nil : FileOverlay(temporaryDirectory: context.environment["TMPDIR"] ?? "/tmp")
        defer { overlay?.discard() }
        let limit = plan.limit.map { CreateLimit($0) }

        var end = RunEnd.success
        do {
            try await withProgress(of: plan, recorder: recorder) { scriptContext in
                try await execute(
                    plan, recorder: recorder, journaling: journaling, limit: limit, overlay: overlay, report: report,
                    in: scriptContext)
            }
        } catch {
            end = RunEnd(error, script: plan.script, in: context)
        }
        // A stream that gave up because the end had begun is not why it began.
        if !context.end.hasBegun, let problem = outputFailure.error {
            end = RunEnd(outputFailed: problem)
        }
        if dryRun != nil { end = end.explainedAsDryRun }

        reportEnd(
            of: plan, end: end, recorder: recorder, limit: limit, dryRun: dryRun, overlay: overlay,
            dryRunJournal: journaling.dryRunJournal)
        if let report {
            end = await write(report, of: plan, end: end, recorder: recorder, files: client.files)
        }
        if let problem = await journaling.end(succeeded: end.failure == nil) {
            context.say("speedpix: \(problem.message)".printable())
        }
        // The last line of all.
        if let message = end.failure?.message, let hint = journaling.hint(recorder.state) {
            end.failure?.message = "\(message)\n\(hint.printable())"
        }
        let summary = RunSummary(state: recorder.state, elapsed: recorder.elapsed(), localMode: plan.localMode)
        return RunResult(end: end, summary: summary, run: journaling.run)
    }

    /// Who hears of what it does.
    private func observers(
        of plan: RunPlan, report: RunReport?, dryRun: DryRunList?
    ) -> [RunRecorder.Observer] {
        var observers: [RunRecorder.Observer] = []
        if let events { observers.append { event, _, _ in events.send(event) } }
        if let report { observers.append { event, _, _ in report.thumbnails.note(event) } }
        if let dryRun {
            observers.append { event, _, _ in dryRun.note(event) }
        } else if plan.progress == .plain {
            observers.append { [context] _, change, time in
                if let change { context.say(PlainProgress.line(change, at: time)) }
            }
        }
        return observers
    }

    /// Runs the script itself.
    ///
    /// - Parameter scriptContext: Its streams are the script's, and get along with the display of progress.
    private func execute(
        _ plan: RunPlan, recorder: RunRecorder, journaling: RunJournaling, limit: CreateLimit?,
        overlay: FileOverlay?, report: RunReport?, in scriptContext: CommandContext
    ) async throws {
        let output =
            events.map { ScriptOutput.events($0, scriptContext, isVerbose: plan.isVerbose) }
            ?? .streams(of: scriptContext, isVerbose: plan.isVerbose)
        let host = ScriptHost(
            plan.host, output: output, scriptContext, journal: journaling.journal.map(context.wrapJournal),
            overlay: overlay, createLimit: limit, onEvent: recorder.note)
        let vm = try SpeedPixModule.machine(host, seed: journaling.seed)
        let maker = Task { await report?.thumbnails.work() }
        let result: Result<Void, any Error>
        do {
            try await BoundedRun(
                vm: vm, timeout: plan.timeout, context: scriptContext, outputFailure: outputFailure
            ).execute(plan.script.chunk)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        if case .failure = result, host.cancelsOnStop { await host.cancelAbandoned(recorder.state.abandoned) }
        maker.cancel()
        await maker.value
        try result.get()
    }

    // MARK: Progress

    /// Runs the body with progress shown as the plan says; its context's streams get along with it.
    private func withProgress(
        of plan: RunPlan, recorder: RunRecorder,
        _ body: @escaping @Sendable (CommandContext) async throws -> Void
    ) async throws {
        var scriptContext = context
        scriptContext.writeOutput = { [context, outputFailure] bytes in
            do {
                try context.writeOutput(bytes)
            } catch {
                outputFailure.note(error)
                throw error
            }
        }
        switch plan.progress {
        case .tty:
            let style = ProgressFrame.Style(context.environment)
            let display = LiveDisplay(scriptContext) { size in
                recorder.withState {
                    ProgressFrame(state: $0, elapsed: recorder.elapsed(), size: size, style: style).lines
                }
            }
            try await display.run(body)
        case .plain where !plan.isDryRun:
            try await withThrowingTaskGroup(of: Bool.self) { [scriptContext] group in
                group.addTask {
                    try await body(scriptContext)
                    return true
                }
                group.addTask {
                    while true {
                        try await context.clock.sleep(for: PlainProgress.heartbeat)
                        context.say(recorder.withState { PlainProgress.heartbeat($0, at: recorder.elapsed()) })
                    }
                }
                defer { group.cancelAll() }
                _ = try await group.next()
            }
        case .plain, .none, .auto: try await body(scriptContext)
        }
    }

    // MARK: The end

    /// What a person hears when it is over.
    private func reportEnd(
        of plan: RunPlan, end: RunEnd, recorder: RunRecorder, limit: CreateLimit?, dryRun: DryRunList?,
        overlay: FileOverlay?, dryRunJournal: DryRunJournal?
    ) {
        let state = recorder.state
        if let dryRun {
            dryRun.note(overlay?.changes ?? [])
            if !plan.isQuiet { context.say(dryRun.total(dryRunJournal?.counts)) }
        } else if plan.showsSummary {
            let summary = RunSummary(state: state, elapsed: recorder.elapsed(), localMode: plan.localMode)
            for line in summary.lines { context.say(line) }
        }
        if let limit, limit.refused > 0, end.failure == nil {
            context.say("--limit \(limit.most): \(limit.made) were made, and the script wanted more")
        }
        if dryRun == nil, end.failure != nil || !plan.isQuiet {
            context.reportUnfinished(state, at: plan.localMode)
        }
    }

    /// - Returns: The end, which a report that cannot be written turns into a failure.
    private func write(
        _ report: RunReport, of plan: RunPlan, end: RunEnd, recorder: RunRecorder, files: Files
    ) async -> RunEnd {
        do {
            try await report.write(
                plan, end: end, history: recorder.state.history ?? RunHistory(), elapsed: recorder.elapsed(),
                files: files)
            if !plan.isQuiet, events == nil { context.say("report: \(plan.report ?? "")") }
            return end
        } catch {
            // What has gone wrong before matters more.
            let problem = RunEnd(error, script: nil, in: context)
            guard end.failure != nil else { return problem }
            context.say("speedpix: \(problem.message ?? "")")
            return end
        }
    }
}
