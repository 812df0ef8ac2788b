import LocalFiles
import SpeedPix
import SpeedPixBatch
import SystemPackage

extension BatchCommand {
    /// Decides everything about a batch, and checks every row of it.
    ///
    /// - Parameters:
    ///   - target: The service that it talks to, with the account and the settings.
    ///   - service: What flags, environment and settings files say.
    /// - Throws: ``CommandFailure`` for rows that cannot run, and a batch that cannot be resumed; `CancellationError`.
    func plan(
        _ script: ScriptFile, at target: ServiceTarget, of service: ServiceSelection, in context: CommandContext
    ) async throws -> BatchPlan {
        guard script.directory != nil else {
            throw CommandFailure(.usage, "the script of a batch is a file; \(file) is a pipe".printable())
        }
        let journalFolder = journal.folder(context, beside: script.directory)
        let host = try HostPlan(
            target.configuration, isDryRun: running.dryRun, sandbox: sandbox, withheld: service.withheldFiles,
            arguments: NamedValues.dictionary(constants), directory: script.directory, journal: journalFolder,
            // Rows may come from it, and a script has no use for what all rows share.
            readsInput: false, middleware: context.middleware, cancelsOnStop: stopping.cancels(target.settings),
            createCheck: target.createCheck,
            in: context)
        let source = try RowSource(rows, rowOptions, in: context)
        if !output.quiet { context.say(source.table.summary.printable()) }
        if let warning = source.table.warning { context.say(warning.printable()) }
        let parameters = try await DeclaredParameters.ask(script, host, in: context)
        let checked = try RowCheck(
            table: source.table, parameters: parameters, constants: host.arguments, options: rowOptions,
            files: host.files, script: file
        ).run()
        for note in checked.notes { context.say(note) }
        return BatchPlan(
            script: script, name: file, table: source.table, rows: checked.rows, rowsPath: rowsPath(context),
            host: host, localMode: target.localMode,
            journal: try JournalPlan(
                resuming, folder: journalFolder, script: file, rows: rowsPath(context) ?? rows,
                rowKey: rowOptions.key, parameters: host.arguments, at: target, in: context),
            choice: choice, again: Set(resuming.again), seed: resuming.seed, rules: guards.rules,
            deadline: guards.deadline(in: context), concurrency: guards.concurrency, rate: guards.rate,
            budget: guards.budget, limit: running.limit,
            timeout: timeout.duration, results: results(context), report: reporting.report, isVerbose: running.verbose,
            progress: output.mode(in: context), isQuiet: output.quiet,
            showsSummary: output.showsSummary(in: context),
            out: sandbox.out, secrets: service.heldSecrets)
    }

    /// Whether the rows come from a file, by its absolute path.
    private func rowsPath(_ context: CommandContext) -> String? {
        guard rowOptions.fileParameter == nil, !ScriptFile.isStandardInput(rows) else { return nil }
        let path = context.absolute(rows)
        return (try? RealPath.resolve(path)) ?? path
    }

    private func results(_ context: CommandContext) -> BatchPlan.Results {
        let isTable = rowsPath(context) != nil
        let shown = guards.results ?? ResultsFile.defaultName(forRows: isTable ? rows : nil)
        // The option's name was checked.
        return BatchPlan.Results(
            path: context.absolute(shown), shown: shown, format: ResultsFormat(path: shown) ?? .csv)
    }

    private var choice: BatchPlan.Choice {
        switch only.first {
        case nil: .missing
        case Self.failedWord: .failed
        case Self.newWord: .new
        default: .keys(Set(only.map { $0.hasPrefix(Self.keyMark) ? String($0.dropFirst(Self.keyMark.count)) : $0 }))
        }
    }
}
