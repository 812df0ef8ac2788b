import SpeedPix

extension RunCommand {
    /// Decides everything about a run.
    ///
    /// - Parameters:
    ///   - target: The service that it talks to, with the account and the settings. A dry run sends nothing to it: it is the
    ///     one whose run is looked up.
    ///   - service: What flags, environment and settings files say.
    ///   - watched: Records which files the script reads and writes, for `--watch`.
    ///   - goingOn: The run that this one goes on with, whatever the command line says; nil for what it says.
    /// - Throws: ``CommandFailure`` for a run that cannot be resumed, a script that is not UTF-8, and arguments that it does not
    ///   take.
    func plan(
        _ script: ScriptFile, named name: String, at target: ServiceTarget, of service: ServiceSelection,
        watched: WatchedFiles? = nil, goingOn run: Int64? = nil, in context: CommandContext
    ) throws -> RunPlan {
        try script.checkEncoding()
        try ScriptUsage.check(arguments, of: script, run: script.command)
        let journalFolder = journal.folder(context, beside: script.directory)
        return RunPlan(
            script: script, name: name,
            host: try HostPlan(
                target.configuration, isDryRun: running.dryRun, sandbox: sandbox, withheld: service.withheldFiles,
                arguments: arguments, directory: script.directory,
                journal: journalFolder, readsInput: !script.isStandardInput,
                middleware: context.middleware,
                cancelsOnStop: stopping.cancels(target.settings), createCheck: target.createCheck,
                watched: watched, in: context),
            localMode: target.localMode,
            journal: try JournalPlan(
                resuming, goingOn: run, folder: journalFolder, script: script.directory == nil ? "-" : name,
                parameters: arguments, at: target,
                in: context),
            seed: resuming.seed, limit: running.limit, timeout: timeout.duration, isVerbose: running.verbose,
            progress: output.mode(in: context), isQuiet: output.quiet, showsSummary: output.showsSummary(in: context),
            report: reporting.report, out: sandbox.out, secrets: service.heldSecrets)
    }
}
