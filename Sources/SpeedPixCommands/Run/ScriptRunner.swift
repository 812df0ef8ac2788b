import LuaRuntime
import SpeedPix
import SpeedPixJournal
import SpeedPixLua

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Runs scripts by their plans, and reports what they do: from the first event to the summary.
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
        events?.start(plan.host)
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
        let dryRun = plan.isDryRun ? DryRun(context) : nil
        defer { dryRun?.overlay.discard() }
        let recorder = RunRecorder(
            clock: context.clock, keepsHistory: report != nil,
            observers: observers(of: plan, report: report, dryRun: dryRun))
        let limit = plan.limit.map { CreateLimit($0) }

        let error: (any Error)?
        do {
            try await withProgress(of: plan, recorder: recorder) { scriptContext in
                try await execute(
                    plan, recorder: recorder, journaling: journaling, limit: limit, overlay: dryRun?.overlay,
                    report: report, in: scriptContext)
            }
            error = nil
        } catch let failure {
            error = failure
        }
        let decided = RunEnd.decide(
            error, script: plan.script, outputFailure: outputFailure.error, in: context)
        let scriptEnd = plan.isDryRun ? decided.explainedAsDryRun : decided
        let summary = RunSummary(state: recorder.state, elapsed: recorder.elapsed(), localMode: plan.localMode)
        reportEnd(
            summary, of: plan, end: scriptEnd, limit: limit, dryRun: dryRun, found: journaling.dryRunJournal?.counts)
        let end = await write(
            report, of: plan, run: journaling.run, end: scriptEnd, recorder: recorder, files: client.files)
        if let problem = await journaling.end(succeeded: end.failure == nil) {
            context.say("speedpix: \(problem.message)".printable())
        }
        return RunResult(
            end: end.hinting(journaling.hint()), summary: summary, run: journaling.run)
    }

    /// What receives its events besides the recorder.
    private func observers(
        of plan: RunPlan, report: RunReport?, dryRun: DryRun?
    ) -> [RunRecorder.Observer] {
        var observers: [RunRecorder.Observer] = []
        if let events { observers.append { event, _, _ in events.send(event) } }
        if let report { observers.append { event, _, _ in report.thumbnails.note(event) } }
        if let dryRun {
            observers.append { event, _, _ in dryRun.list.note(event) }
        } else if plan.progress == .plain {
            observers.append { [context] _, change, time in
                if let change { context.say(PlainProgress.line(change, at: time)) }
            }
        }
        return observers
    }

    /// Runs the script itself.
    ///
    /// - Parameter scriptContext: Its streams are the script's; what is written there does not break the display of progress.
    private func execute(
        _ plan: RunPlan, recorder: RunRecorder, journaling: RunJournaling, limit: CreateLimit?,
        overlay: FileOverlay?, report: RunReport?, in scriptContext: CommandContext
    ) async throws {
        let streams =
            events.map { ScriptStreams($0, scriptContext, isVerbose: plan.isVerbose) }
            ?? ScriptStreams(scriptContext, isVerbose: plan.isVerbose)
        let host = ScriptHost(
            plan.host, streams: streams, scriptContext,
            journal: journaling.journal.map(context.wrapJournal),
            overlay: overlay, createLimit: limit, onEvent: recorder.note)
        let vm = try SpeedPixModule.makeVM(host, seed: journaling.seed)
        let thumbnails = Task { await report?.thumbnails.work() }
        let result: Result<Void, any Error>
        do {
            try await BoundedRun(
                vm: vm, timeout: plan.timeout, context: scriptContext, outputFailure: outputFailure
            ).execute(plan.script.chunk)
            if let unread = host.unreadArguments { throw LuaError(refusing: unread) }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        if case .failure = result, host.cancelsOnStop { await host.cancelAbandoned(recorder.state.abandoned) }
        thumbnails.cancel()
        await thumbnails.value
        try result.get()
    }

    // MARK: Progress

    /// Runs the body with progress shown as the plan says, and gives it a context whose streams do not break that display.
    private func withProgress(
        of plan: RunPlan, recorder: RunRecorder,
        _ body: @escaping @Sendable (CommandContext) async throws -> Void
    ) async throws {
        var scriptContext = context
        scriptContext.writeOutput = outputFailure.recording(context.writeOutput)
        switch plan.progress {
        case .tty:
            let style = ProgressFrame.Style(context.environment)
            let previews = PreviewDisplay(plan.host.configuration, context)
            let display = LiveDisplay(scriptContext, previews: previews) { size in
                recorder.withState { state in
                    let frame = ProgressFrame(state: state, elapsed: recorder.elapsed(), size: size, style: style)
                    return LiveFrame(lines: frame.lines, preview: state.preview.map { LiveFrame.Preview(url: $0) })
                }
            }
            try await display.run(body)
        case .plain where !plan.isDryRun:
            try await PlainProgress.withHeartbeat(context) {
                recorder.withState { PlainProgress.heartbeat($0, at: recorder.elapsed()) }
            } during: { [scriptContext] in
                try await body(scriptContext)
            }
        case .plain, .none, .auto: try await body(scriptContext)
        }
    }

    // MARK: The end

    /// Says on standard error how it ended.
    ///
    /// - Parameter found: What a dry run that goes on with a run found in its journal.
    private func reportEnd(
        _ summary: RunSummary, of plan: RunPlan, end: RunEnd, limit: CreateLimit?, dryRun: DryRun?,
        found: DryRunJournal.Counts?
    ) {
        if let dryRun {
            dryRun.list.note(dryRun.overlay.changes)
            // A script that got wrong arguments has not begun.
            if !plan.isQuiet, end.failure?.status != .usage { context.say(dryRun.list.total(found)) }
        } else if plan.showsSummary {
            for line in summary.lines { context.say(line) }
        }
        if let limit, limit.refused > 0, end.failure == nil {
            context.say("--limit \(limit.most): \(limit.made) were made, and the script wanted more")
        }
        if dryRun == nil, end.failure != nil || !plan.isQuiet {
            context.reportUnfinished(summary.state, at: plan.localMode)
        }
    }

    /// - Parameter report: Nil if none is wanted.
    /// - Returns: The end, which a report that cannot be written turns into a failure.
    private func write(
        _ report: RunReport?, of plan: RunPlan, run: Int64?, end: RunEnd, recorder: RunRecorder, files: Files
    ) async -> RunEnd {
        guard let report else { return end }
        do {
            let path = try await report.write(
                plan, run: run, end: end, history: recorder.state.history ?? RunHistory(),
                elapsed: recorder.elapsed(), files: files)
            if !plan.isQuiet, events == nil { context.say("report: \(path)".printable()) }
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
