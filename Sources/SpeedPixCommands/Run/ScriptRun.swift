import LuaRuntime
import SpeedPix
import SpeedPixLua
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// One run of one script, from its first event to its summary.
struct ScriptRun: Sendable {
    let options: RunCommand
    let script: ScriptFile
    let configuration: Configuration
    let context: CommandContext
    /// Set for `--json`.
    let events: EventStream?
    /// What the script reads, for `--watch`.
    let watched: WatchedFiles?

    /// Runs the script and tells of it; ``finish(_:)`` has the last word.
    ///
    /// - Returns: How it ended.
    func execute() async -> RunEnd {
        let output = options.output
        let file: WholeFile?
        do {
            // A dry run makes nothing, not even to find out whether it could.
            if let out = options.sandbox.out, !options.dryRun {
                try WritablePlace.check(context.absolute(out), shownAs: out, token: context.randomToken())
            }
            file = try output.report.map { try WholeFile($0, beginning: ReportPage.beginning, in: context) }
        } catch {
            return RunEnd(error, script: nil, in: context)
        }
        let thumbnails = file == nil ? nil : ThumbnailMaker()
        let book = thumbnails.map { maker in
            ReportBook(onFile: { url, path in maker.add(url, path: path) })
        }
        let mode = output.mode(in: context)
        let dryRun = options.dryRun ? DryRunList(context) : nil
        let isTold = mode == .plain && dryRun == nil
        let tell: @Sendable (RunLedger.Change, Duration) -> Void = { [context] change, time in
            if isTold { context.say(PlainProgress.line(change, at: time)) }
        }
        let recorder = RunRecorder(clock: context.clock, events: events, book: book, onChange: tell)
        let limit = options.limit.map { CreateLimit($0) }
        let note: @Sendable (ScriptEvent) -> Void = { event in
            recorder.note(event)
            dryRun?.note(event)
        }

        let overlay =
            options.dryRun ? FileOverlay(temporaryDirectory: context.environment["TMPDIR"] ?? "/tmp") : nil
        defer { overlay?.discard() }
        var end = RunEnd.success
        do {
            try await showing(mode, recorder) { (context: CommandContext) async throws -> Void in
                try await runScript(context, recorder, note, limit, thumbnails, overlay)
            }
        } catch {
            end = RunEnd(error, script: script, in: context)
        }
        // A stream that gave up because the end had begun is not why it began.
        if !context.end.hasBegun, let problem = outputFailure.error ?? events?.failure {
            end = RunEnd(outputFailed: problem)
        }

        if let dryRun {
            end = explained(end)
            dryRun.note(overlay?.changes ?? [])
            if !output.quiet { context.say(dryRun.total) }
        } else if output.showsSummary(in: context) {
            let summary = RunSummary(
                ledger: recorder.withLedger { $0 }, elapsed: recorder.elapsed(), isLocal: isLocal)
            for line in summary.lines { context.say(line) }
        }
        if let limit, limit.refused > 0, end.failure == nil {
            context.say("--limit \(limit.most): \(limit.made) were made, and the script wanted more")
        }
        if !isLocal, dryRun == nil, end.failure != nil || !output.quiet {
            context.reportUnfinished(recorder.withLedger { $0 })
        }
        if let file, let book, let thumbnails {
            do {
                try await writeReport(to: file, book, thumbnails, end, recorder)
            } catch {
                // What has gone wrong before matters more.
                let problem = RunEnd(error, script: nil, in: context)
                if end.failure == nil { end = problem } else { context.say("speedpix: \(problem.message ?? "")") }
            }
        }
        finish(end, recorder)
        return end
    }

    private var isLocal: Bool { options.service.isLocal(context, beside: options.directory(context)) }

    // MARK: The script

    private let outputFailure = OutputFailure()

    init(
        options: RunCommand, script: ScriptFile, configuration: Configuration, context: CommandContext,
        events: EventStream?, watched: WatchedFiles?
    ) {
        self.options = options
        self.script = script
        self.configuration = configuration
        self.context = context
        self.events = events
        self.watched = watched
    }

    private func runScript(
        _ context: CommandContext, _ recorder: RunRecorder, _ note: @escaping @Sendable (ScriptEvent) -> Void,
        _ limit: CreateLimit?, _ thumbnails: ThumbnailMaker?, _ overlay: FileOverlay?
    ) async throws {
        var host = options.host(script, configuration, context) { note(.retried($0)) }
        host.onEvent = note
        host.createLimit = limit
        host.files.overlay = overlay
        host.cancelsOnStop =
            try !options.dryRun
            && options.stopping.cancels(options.service, context, beside: options.directory(context))
        if let watched {
            host.files.onRead = watched.noteRead
            host.files.onWrite = watched.noteWrite
        }
        if let events {
            host.write = { events.print($0) }
            // A line about each picture is an event that a program can read.
            host.display = nil
            let isVerbose = options.verbose
            host.log = { level, message in
                guard level != .debug || isVerbose else { return }
                events.send("log", ["level": .string(level.rawValue), "message": .string(message)])
            }
        }
        let vm = try LuaVM(modules: SpeedPixModule.modules(host), clock: host.clock)
        let maker = Task { await thumbnails?.work() }
        let result: Result<Void, any Error>
        do {
            let run = BoundedRun(vm: vm, timeout: options.timeout.map { .seconds($0) }, context: context)
            try await run.execute(script.chunk) { stop in
                // A reader that has gone away ends the run, whatever the script makes of the error: nothing more is
                // paid for.
                outputFailure.onFailure(stop)
                events?.onFailure(stop)
            }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        if case .failure = result, host.cancelsOnStop {
            await host.cancelAbandoned(recorder.withLedger { $0.abandoned })
        }
        maker.cancel()
        await maker.value
        try result.get()
    }

    // MARK: Progress

    private func showing(
        _ mode: ProgressMode, _ recorder: RunRecorder,
        _ body: @escaping @Sendable (CommandContext) async throws -> Void
    ) async throws {
        var context = context
        let write = context.writeOutput
        context.writeOutput = { [outputFailure] bytes in
            do {
                try write(bytes)
            } catch {
                outputFailure.note(error)
                throw error
            }
        }
        switch mode {
        case .tty:
            let style = ProgressFrame.Style(context.environment)
            let display = LiveDisplay(context) { size in
                recorder.withLedger {
                    ProgressFrame(ledger: $0, elapsed: recorder.elapsed(), size: size, style: style).lines
                }
            }
            try await display.run(body)
        case .plain where !options.dryRun:
            try await withThrowingTaskGroup(of: Bool.self) { [context] group in
                group.addTask {
                    try await body(context)
                    return true
                }
                group.addTask {
                    while true {
                        try await context.clock.sleep(for: PlainProgress.heartbeat)
                        context.say(recorder.withLedger { PlainProgress.heartbeat($0, at: recorder.elapsed()) })
                    }
                }
                defer { group.cancelAll() }
                _ = try await group.next()
            }
        case .plain, .none, .auto: try await body(context)
        }
    }

    // MARK: The end

    /// A dry run that stops may stop because nothing is real.
    private func explained(_ end: RunEnd) -> RunEnd {
        guard let failure = end.failure, failure.status != .interrupted, let message = failure.message else {
            return end
        }
        var end = end
        end.failure?.message =
            message
            + "\ndry run: results are placeholders, so the script may have stopped here"
            + " only because it needs a real result; what is listed above is what came before"
        return end
    }

    private func writeReport(
        to file: WholeFile, _ book: ReportBook, _ thumbnails: ThumbnailMaker, _ end: RunEnd, _ recorder: RunRecorder
    ) async throws {
        let pages = book.pages
        if !Task.isCancelled {
            let client = SpeedPixClient(configuration, dependencies: options.dependencies(context))
            await thumbnails.fetchMissing(pages, client.files)
        }
        let secrets = options.service.heldSecrets(context, beside: script.directory)
        let page = ReportPage(
            pages: pages, thumbnails: await thumbnails.finished(), title: options.file ?? "script",
            began: context.now().addingTimeInterval(-(recorder.elapsed() / .seconds(1))), elapsed: recorder.elapsed(),
            end: end, redaction: Redaction(secrets).adding(configuration), nonce: context.randomToken())
        try file.write(page.pieces())
        if !options.output.quiet, events == nil { context.say("report: \(options.output.report ?? "")") }
    }

    private func finish(_ end: RunEnd, _ recorder: RunRecorder) {
        guard let events else { return }
        let ledger = recorder.withLedger { $0 }
        var fields = end.fields(in: context)
        fields["summary"] =
            RunSummary(ledger: ledger, elapsed: recorder.elapsed(), isLocal: isLocal).fields
        fields["unfinished"] = .array(ledger.unfinished.map { .string($0.id) })
        fields["unsaved"] = .array(ledger.unsaved.entries.map { .string($0.id) })
        events.finish(fields)
    }
}

extension RunEnd {
    /// What `run.finished` always has.
    func fields(in context: CommandContext) -> [String: JSONValue] {
        var fields: [String: JSONValue] = [
            "status": .string(status), "exit_status": .integer(Int64(exitStatus(in: context))),
        ]
        if failure != nil {
            fields["error"] = .object(["code": .optional(code), "message": .optional(message)].withoutNulls)
        }
        return fields
    }
}

/// The first error of standard output.
final class OutputFailure: Sendable {
    private struct State {
        var error: (any Error)?
        var action: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    var error: (any Error)? { state.withLock { $0.error } }

    func note(_ error: any Error) {
        let action = state.withLock { state in
            state.error = state.error ?? error
            return state.action
        }
        action?()
    }

    /// Called once, also if there was one before.
    func onFailure(_ action: @escaping @Sendable () -> Void) {
        let hasFailed = state.withLock { state in
            state.action = action
            return state.error != nil
        }
        if hasFailed { action() }
    }
}
