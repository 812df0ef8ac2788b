import SpeedPix

/// Everything that is decided about a run of a script before it begins. A seed that the command line does not give is drawn when
/// the run begins.
struct RunPlan: Sendable {
    let script: ScriptFile
    /// As the command line names it.
    let name: String
    /// What the script works with.
    let host: HostPlan
    /// What becomes of its predictions at the gateway inside this process; nil for a service.
    let localMode: LocalMode?
    let isDryRun: Bool
    /// What its journal is to be; nil to write nothing down.
    let journal: JournalPlan?
    /// What `math.random` is to begin with, if the command line says so.
    let seed: Int64?
    /// Predictions that it may create at most.
    let limit: Int?
    /// How long it may take.
    let timeout: Duration?
    /// Whether `log.debug` is shown, too.
    let isVerbose: Bool
    /// How progress is shown.
    let progress: ProgressMode
    let isQuiet: Bool
    let showsSummary: Bool
    /// The page that shows every result, as the command line names it.
    let report: String?
    /// The folder of results, as the command line names it.
    let out: String?
    /// What nothing that is kept may show.
    let secrets: [String]

    /// - Parameters:
    ///   - target: The service that it talks to, with the account; in a dry run nothing of it but its identity counts.
    ///   - watched: Hears which files the script reads and writes, for `--watch`.
    /// - Throws: ``CommandFailure`` for settings that make no sense.
    init(
        _ command: RunCommand, script: ScriptFile, named name: String, service target: ServiceTarget,
        in context: CommandContext, watched: WatchedFiles? = nil
    ) throws {
        self.script = script
        self.name = name
        localMode = target.localMode
        isDryRun = command.dryRun
        limit = command.limit
        timeout = command.timeout.duration
        isVerbose = command.verbose
        progress = command.output.mode(in: context)
        isQuiet = command.output.quiet
        showsSummary = command.output.showsSummary(in: context)
        report = command.output.report
        out = command.sandbox.out
        secrets = command.service.heldSecrets(context, beside: script.directory)
        journal = try JournalPlan(command, script: script, named: name, service: target, in: context)
        seed = command.resuming.seed
        let configuration = target.configuration
        var service = configuration
        if command.dryRun {
            service = try SpeedPixClient.Configuration(
                appKey: configuration.appKey, appSecret: context.randomToken(), endpoint: DryRunTransport.endpoint)
        }
        host = HostPlan(
            service, sandbox: command.sandbox, arguments: command.arguments, directory: script.directory,
            journal: command.journal.folder(context, beside: script.directory),
            // Without a folder the script itself was read from standard input.
            readsInput: script.directory != nil,
            transport: command.dryRun ? DryRunTransport() : nil,
            middleware: context.middleware,
            cancelsOnStop: try !command.dryRun
                && command.stopping.cancels(command.service, context, beside: script.directory),
            watched: watched, in: context)
    }
}
