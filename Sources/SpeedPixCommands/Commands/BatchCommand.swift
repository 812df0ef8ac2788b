import ArgumentParser
import LocalFiles
import SpeedPix
import SpeedPixBatch
import SpeedPixLua
import SpeedPixQueue

/// `speedpix batch SCRIPT ROWS`: runs a script once for each row of a table, or for each file.
struct BatchCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs a Lua script for every row of a table.",
        usage: "speedpix batch SCRIPT ROWS [key=value ...] [options]",
        discussion: """
            Examples:
              speedpix run card.lua image=shoe.jpg text=Shoe       first for one row
              speedpix batch card.lua products.csv --key sku       then for all of them
              speedpix batch card.lua products.csv --key sku --resume
              speedpix batch cutout.lua 'photos/*.jpg' --as image
              speedpix batch card.lua products.csv --dry-run --skip-invalid
              speedpix batch card.lua products.csv --key sku --report cards.html
              speedpix batch card.lua products.csv --queue nats://host:4222

            ROWS is a CSV file as Excel, Numbers and WPS write it, JSON Lines (.jsonl),
            - for standard input, or with --as a pattern of files. Its columns are the
            script's parameters; every row is checked before anything is paid for. What the
            script returns becomes columns of the results. With --queue they are done by
            "speedpix worker", on any number of machines; see speedpix batch attach, list,
            results, settle and cancel.
            Exit status: \(ExitStatus.summary).
            """)

    @Argument(help: ArgumentHelp("The script.", valueName: "SCRIPT"), completion: .file(extensions: ["lua"]))
    var file: String

    @Argument(
        help: ArgumentHelp("A table, - for standard input, or with --as a pattern.", valueName: "ROWS"),
        completion: .file(extensions: ["csv", "tsv", "txt", "jsonl", "ndjson"]))
    var rows: String

    @Argument(help: ArgumentHelp("Values that are the same in each row.", valueName: "key=value"))
    var constants: [String] = []

    @OptionGroup var rowOptions: RowOptions
    @OptionGroup var guards: GuardOptions
    @OptionGroup var service: ServiceOptions
    @OptionGroup var sandbox: SandboxOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var reporting: ReportOptions
    @OptionGroup var stopping: StopOptions
    @OptionGroup var resuming: ResumeOptions
    @OptionGroup var journal: JournalOptions

    @Option(
        help: ArgumentHelp(
            "With --resume: failed, for rows that have not succeeded; new, for rows that no attempt has had; or the key of a"
                + " row, with key: before it if it looks like one of these. Repeatable for keys. Otherwise all that is"
                + " missing.", valueName: "failed|new|KEY"))
    var only: [String] = []

    static let failedWord = "failed"
    static let newWord = "new"
    /// Before a key that would be taken for a word: `--only key:failed`.
    static let keyMark = "key:"

    @OptionGroup var running: ScriptRunOptions

    @Flag(help: "Ends with status 75 if a batch of these rows runs already, for schedulers.")
    var lock = false

    @OptionGroup var timeout: TimeoutOptions

    @Option(
        help: ArgumentHelp(
            "Puts the rows into NATS JetStream, where workers do them; of a cluster several servers, with commas."
                + " Credentials come from the settings nats_user, nats_creds and others.",
            valueName: "nats://HOST"))
    var queue: String?

    @Option(
        help: ArgumentHelp(
            "With --queue: what the batch is called; otherwise by script, rows and their content.", valueName: "NAME"),
        transform: QueueOptions.name)
    var name: BatchName?

    func validate() throws {
        try validateQueue()
        guard !ScriptFile.isStandardInput(file) else {
            throw ValidationError("the script of a batch is a file: standard input may have the rows")
        }
        if running.dryRun, reporting.report != nil {
            throw ValidationError("--dry-run makes no results, so that there is nothing for --report to show")
        }
        if lock, ScriptFile.isStandardInput(rows) {
            throw ValidationError("--lock needs a file: it is by its rows that a batch is known to run already")
        }
        if resuming.noJournal, guards.retry > 0 {
            throw ValidationError("--retry needs the journal: without it each try would pay for everything anew")
        }
        if resuming.resume == nil, !only.isEmpty { throw ValidationError("--only goes with --resume") }
        if only.count > 1, only.contains(Self.failedWord) || only.contains(Self.newWord) {
            throw ValidationError("--only is failed, new, or keys of rows, not more than one of these")
        }
        // The shell has made files of a pattern.
        if rowOptions.fileParameter != nil, let path = constants.first(where: { !$0.contains("=") }) {
            throw ValidationError(
                "\"\(path)\" is not key=value; --as takes one pattern, in quotes so that the shell leaves it: 'photos/*.jpg'"
            )
        }
        try NamedValues.check(constants)
    }

    private func validateQueue() throws {
        guard queue != nil else {
            if name != nil { throw ValidationError("--name goes with --queue") }
            return
        }
        if !resuming.again.isEmpty || resuming.againFailed || resuming.inDoubt != nil {
            throw ValidationError(
                "--again, --again-failed and --in-doubt do not go with --queue: --resume opens rows once more, and speedpix batch"
                    + " settle says what became of what is in doubt")
        }
        if case .run? = resuming.resume {
            throw ValidationError("with --queue a batch is known by its name: leave the number of --resume out")
        }
        if resuming.noJournal || lock { throw ValidationError("--no-journal and --lock do not go with --queue") }
    }

    func run(in context: CommandContext) async throws {
        let directory = ScriptFile.directory(of: file, in: context)
        let service = service.selection(
            context, beside: directory, sendsNothing: running.dryRun && resuming.resume == nil)
        if queue != nil { try service.refuseLocal("a batch whose rows workers do, and which") }
        let events = events(at: service, context)
        let result: BatchResult
        let failure: (any Error)?
        do {
            let script = try ScriptFile(file, in: context)
            let lock = lock ? try RunLock.take(rows, in: journal.folder(context, beside: directory), context) : nil
            defer { lock?.release() }
            result = try await service.withTarget(isQuiet: output.quiet) { target in
                try await run(script, at: target, of: service, events: events, in: context)
            }
            failure = result.end.failure
        } catch {
            result = BatchResult(end: RunEnd(error, script: nil, in: context))
            failure = error
        }
        events?.finish(result.fields(in: context))
        if let failure { throw failure }
    }

    private func run(
        _ script: ScriptFile, at target: ServiceTarget, of service: ServiceSelection, events: EventStream?,
        in context: CommandContext
    ) async throws -> BatchResult {
        let plan = try await plan(script, at: target, of: service, in: context)
        if let queue, !running.dryRun {
            let queue = try service.nats(queue)
            return await QueueRunner(context: context, events: events, target: queue)
                .run(plan, named: name, isResuming: resuming.resume != nil)
        }
        return await BatchRunner(context, events: events).run(plan)
    }

    /// Nil without `--json`.
    private func events(at service: ServiceSelection, _ context: CommandContext) -> EventStream? {
        guard output.json else { return nil }
        return EventStream(
            context,
            head: [
                "script": .string(file), "rows": .string(rows), "version": .string(SpeedPixVersion.current),
                "local": .bool(service.localMode != nil), "dry_run": .bool(running.dryRun),
            ],
            secrets: service.heldSecrets)
    }
}
