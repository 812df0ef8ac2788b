import ArgumentParser
import LocalFiles
import SpeedPix
import SpeedPixBatch
import SpeedPixQueue
import SystemPackage

/// `speedpix batch attach NAME`: follows a batch in a queue.
struct BatchAttachCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "attach",
        abstract: "Follows a batch in a queue, until every row has a result.",
        discussion: """
            Examples:
              speedpix batch attach card-products-3f9a0c11
              speedpix batch attach card-products-3f9a0c11 --resume --only failed
              speedpix batch attach card-products-3f9a0c11 --report cards.html

            Any number of people may follow a batch, and Ctrl-C leaves it running. Rows
            that are lost are handed out again by whoever follows.
            Exit statuses are those of speedpix batch.
            """)

    @Argument(help: ArgumentHelp("The batch's name.", valueName: "NAME"), transform: QueueOptions.name)
    var name: BatchName

    @OptionGroup var queueOptions: QueueOptions

    @Option(
        help: ArgumentHelp("Where the table of results goes; otherwise NAME-results.csv.", valueName: "FILE.csv|.jsonl")
    )
    var results: String?

    @Flag(help: "Opens rows that have failed once more.")
    var resume = false

    @Option(
        help: ArgumentHelp(
            "With --resume: failed, for rows that have not succeeded; or the key of a row. Repeatable for keys.",
            valueName: "failed|KEY"))
    var only: [String] = []

    @OptionGroup var reporting: ReportOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let results, ResultsFormat(path: results) == nil {
            throw ValidationError("--results is the name of a file that ends in .csv or .jsonl")
        }
        if !resume, !only.isEmpty { throw ValidationError("--only goes with --resume") }
        if only.count > 1, only.contains("failed") {
            throw ValidationError("--only is failed, or keys of rows, not both")
        }
    }

    func run(in context: CommandContext) async throws {
        var events: EventStream?
        let result: BatchResult
        do {
            result = try await queueOptions.withAccess(context, isQuiet: output.quiet) { access, target in
                let reader = BatchReader(name, access)
                let manifest = try await reader.manifest()
                events = self.events(manifest, context)
                events?.start(parameters: manifest.constants)
                return try await follow(reader, manifest, target, events, in: context)
            }
        } catch {
            result = BatchResult(end: RunEnd(error, script: nil, in: context))
        }
        (events ?? self.events(nil, context))?.finish(result.fields(in: context))
        if let failure = result.end.failure { throw failure }
    }

    /// Nil without `--json`.
    private func events(_ manifest: BatchManifest?, _ context: CommandContext) -> EventStream? {
        guard output.json else { return nil }
        var head: [String: JSONValue] = [
            "script": .string(manifest?.script.name ?? "-"), "batch": .string(name.text),
            "version": .string(SpeedPixVersion.current), "local": false, "dry_run": false,
        ]
        head["rows"] = manifest.map { .string($0.rows.source) }
        return EventStream(
            context, head: head, secrets: KnownSecrets(reader: SettingsReader(context: context)).all)
    }

    private func follow(
        _ reader: BatchReader, _ manifest: BatchManifest, _ target: QueueTarget, _ events: EventStream?,
        in context: CommandContext
    ) async throws -> BatchResult {
        let shown = results ?? "\(name)-results.csv"
        let table = BatchPlan.Results(
            path: context.absolute(shown), shown: shown, format: ResultsFormat(path: shown) ?? .csv)
        try ResultsFile.check(path: table.path, shown: shown, rows: nil)
        let report = try BatchReport.make(
            reporting.report, of: manifest, table,
            secrets: Redaction(KnownSecrets(reader: SettingsReader(context: context)).all), isQuiet: output.quiet,
            in: context)
        let rows = try await reader.followedRows(of: manifest) {
            if !output.quiet {
                context.say(
                    "rows of \(name) are still put into the queue; if whoever does so was stopped, the same command goes on"
                )
            }
        }
        if resume {
            if try await reader.isCancelled() {
                throw QueueError(
                    .cancelled, "the batch \(name) was cancelled",
                    remedy: "begin it anew under another name: speedpix batch … --name NAME")
            }
            try await QueueResuming(choice: choice, isQuiet: output.quiet)
                .run(reader, manifest, rows: rows, in: context)
        }
        return await QueueFollowing(
            context: context, events: events, reader: reader, manifest: manifest, rows: rows, results: table,
            rowsPath: nil, report: report, progress: output.mode(in: context), isQuiet: output.quiet,
            showsSummary: output.showsSummary(in: context), flag: target.flag
        ).run()
    }

    private var choice: BatchPlan.Choice {
        switch only.first {
        case nil: .missing
        case "failed": .failed
        default: .keys(Set(only))
        }
    }
}

extension BatchReader {
    /// All rows of the batch, once they are in the queue.
    ///
    /// - Parameter onWait: Called once if they are not yet.
    func followedRows(of manifest: BatchManifest, onWait: () -> Void) async throws -> FollowedRows {
        var hasSaid = false
        while true {
            if let sealed = try await sealed() { return try FollowedRows(await rows(sealed, of: manifest)) }
            if !hasSaid { onWait() }
            hasSaid = true
            try await access.clock.sleep(for: .seconds(1))
        }
    }
}
