import ArgumentParser
import LocalFiles
import LuaRuntime
import SpeedPix
import SpeedPixLua

/// `speedpix run FILE`: runs a script against the service or the local gateway.
struct RunCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs a Lua script.",
        usage: "speedpix run FILE|- [key=value ...] [options]",
        discussion: """
            Examples:
              speedpix run examples/white_background.lua --local
              speedpix run pipeline.lua image=./shoe.jpg count=8 --out results
              speedpix run pipeline.lua --dry-run --limit 20
              speedpix run pipeline.lua --resume      after Ctrl-C, a failure or a power cut
              speedpix run pipeline.lua --report report.html --json > events.jsonl
              speedpix run pipeline.lua --help        the parameters of the script

            What the script prints goes to standard output, everything else to standard error.
            Exit status: \(ExitStatus.summary).
            """,
        // `run FILE --help` is about the script, which ArgumentParser knows nothing of.
        helpNames: [])

    @Argument(
        help: ArgumentHelp("The script; - for standard input.", valueName: "FILE"),
        completion: .file(extensions: ["lua"]))
    var file: String?

    @Argument(help: ArgumentHelp("Values for the script's parameters.", valueName: "key=value"))
    var parameters: [String] = []

    @OptionGroup var service: ServiceOptions
    @OptionGroup var sandbox: SandboxOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var reporting: ReportOptions
    @OptionGroup var stopping: StopOptions
    @OptionGroup var resuming: ResumeOptions
    @OptionGroup var journal: JournalOptions

    @OptionGroup var running: ScriptRunOptions

    @Flag(help: "Runs the script again whenever it or a file that it read changes; Ctrl-C ends.")
    var watch = false

    @Flag(help: "Ends with status 75 if the script runs already, for schedulers.")
    var lock = false

    @OptionGroup var timeout: TimeoutOptions

    @Flag(name: [.customShort("h"), .long], help: "Shows this text, or the parameters of the script.")
    var help = false

    func validate() throws {
        let isStandardInput = file.map(ScriptFile.isStandardInput) ?? false
        // Before it is read, which may wait for a person; another pipe is known only when it is opened, see `watch(_:_:)`.
        if watch, isStandardInput {
            throw ValidationError("--watch needs a file; what came from standard input does not change")
        }
        if lock, isStandardInput {
            throw ValidationError("--lock needs a file: it is by its file that a script is known to run already")
        }
        if running.dryRun, reporting.report != nil {
            throw ValidationError("--dry-run makes no results, so that there is nothing for --report to show")
        }
        try NamedValues.check(parameters)
    }

    func run(in context: CommandContext) async throws {
        guard let file else {
            guard help else { throw CommandFailure(.usage, "which script?\n\n\(Self.helpMessage())") }
            try context.writeOutput(Array((Self.helpMessage() + "\n").utf8))
            return
        }
        if help { return try await showParameters(of: try ScriptFile(file, in: context), named: file, context) }
        if watch { try await watch(file, context) } else { try await run(file, context) }
    }

    var arguments: [String: String] { NamedValues.dictionary(parameters) }

    /// The script's folder, whose `speedpix.toml` counts; nil for standard input and pipes.
    private func directory(_ context: CommandContext) -> String? {
        file.flatMap { ScriptFile.directory(of: $0, in: context) }
    }

    /// Nil without `--json`.
    private func events(_ file: String, at service: ServiceSelection, _ context: CommandContext) -> EventStream? {
        guard output.json else { return nil }
        return EventStream(
            context,
            head: [
                "script": .string(file), "version": .string(SpeedPixVersion.current),
                "local": .bool(service.localMode != nil), "dry_run": .bool(running.dryRun),
            ],
            secrets: service.heldSecrets)
    }

    /// Which service. A dry run needs none, unless it looks up a run: that is found by its service and key.
    private func selection(_ context: CommandContext) -> ServiceSelection {
        service.selection(context, beside: directory(context), sendsNothing: running.dryRun && resuming.resume == nil)
    }

    /// Nil without `--lock`.
    private func takeLock(_ file: String, beside directory: String?, _ context: CommandContext) throws -> ProcessLock? {
        guard lock else { return nil }
        return try RunLock.take(file, in: journal.folder(context, beside: directory), context)
    }

    private func run(_ file: String, _ context: CommandContext) async throws {
        let service = selection(context)
        let events = events(file, at: service, context)
        try await reportingEnd(to: events, in: context) {
            let script = try ScriptFile(file, in: context)
            let lock = try takeLock(file, beside: script.directory, context)
            defer { lock?.release() }
            return try await service.withTarget(isQuiet: output.quiet) { target in
                try await run(script, named: file, at: target, of: service, events: events, in: context)
            }
        }
    }

    /// Plans the run and runs the script; the caller has the failure to report, and the last event.
    ///
    /// - Throws: As ``plan(_:named:at:of:watched:goingOn:in:)``; how the run itself ended is in the result.
    private func run(
        _ script: ScriptFile, named file: String, at target: ServiceTarget, of service: ServiceSelection,
        events: EventStream?, watched: WatchedFiles? = nil, goingOn run: Int64? = nil, in context: CommandContext
    ) async throws -> RunResult {
        let plan = try plan(
            script, named: file, at: target, of: service, watched: watched, goingOn: run, in: context)
        return await ScriptRunner(context, events: events).run(plan)
    }

    /// Runs the script whenever it or something that it read has changed, until the task is cancelled.
    private func watch(_ file: String, _ context: CommandContext) async throws {
        // A missing script or missing credentials are found out before anything is waited for.
        let script = try ScriptFile(file, in: context)
        guard script.directory != nil else {
            throw CommandFailure(.usage, "--watch needs a file; what came through a pipe does not change")
        }
        let lock = try takeLock(file, beside: script.directory, context)
        defer { lock?.release() }
        let service = selection(context)
        // From the second time on the run goes on with what it has: only what has changed is created and paid for.
        var run: Int64?
        try await service.withTarget(isQuiet: output.quiet) { target in
            while true {
                let watched = WatchedFiles(script: context.absolute(file))
                let events = events(file, at: service, context)
                do {
                    try await reportingEnd(to: events, in: context) {
                        let script = try ScriptFile(file, in: context)
                        let result = try await self.run(
                            script, named: file, at: target, of: service, events: events, watched: watched,
                            goingOn: run, in: context)
                        run = result.run ?? run
                        return result
                    }
                } catch let failure as CommandFailure
                    where failure.status != .interrupted && events?.outputFailure.error == nil
                {
                    if let message = failure.message { context.say("speedpix: \(message)") }
                }
                try Task.checkCancellation()
                watched.recordWritten()
                if !output.quiet { context.say("watching \(watched.description); Ctrl-C ends") }
                try await FileWatch(files: watched, clock: context.clock).change()
            }
        }
    }

    /// Runs `body`, and then sends the last event, `run.finished`, also if the run never began.
    ///
    /// - Throws: What `body` throws; why the run failed.
    private func reportingEnd(
        to events: EventStream?, in context: CommandContext, _ body: () async throws -> RunResult
    ) async throws {
        let result: RunResult
        let failure: (any Error)?
        do {
            result = try await body()
            failure = result.end.failure
        } catch {
            result = RunResult(end: RunEnd(error, script: nil, in: context))
            failure = error
        }
        events?.finish(result.fields(in: context))
        if let failure { throw failure }
    }

    /// Runs the script as far as `speedpix.params`; nothing is sent.
    private func showParameters(of script: ScriptFile, named name: String, _ context: CommandContext) async throws {
        let plan = try HostPlan(
            SpeedPixClient.Configuration(appKey: "none", appSecret: "none"), sandbox: sandbox,
            withheld: selection(context).withheldFiles, arguments: arguments, directory: script.directory, in: context)
        let declared = try await DeclaredParameters.ask(script, plan, in: context)
        let text = ScriptUsage.text((declared ?? []).map(\.usage), of: "speedpix run \(name)")
        try context.writeOutput(Array("\(text)\n".utf8))
    }
}
