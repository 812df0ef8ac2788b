import ArgumentParser
import SpeedPixBatch
import SpeedPixQueue

/// `speedpix batch results NAME`: writes what a batch in a queue has done by now.
struct BatchResultsCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "results",
        abstract: "Writes the results that a batch in a queue has by now, and does not wait for more.",
        discussion: """
            Examples:
              speedpix batch results card-products-3f9a0c11 --results today.jsonl
              speedpix batch results card-products-3f9a0c11 --report today.html
            """)

    @Argument(help: ArgumentHelp("The batch's name.", valueName: "NAME"), transform: QueueOptions.name)
    var name: BatchName

    @OptionGroup var queueOptions: QueueOptions

    @Option(
        help: ArgumentHelp("Where the table goes; otherwise NAME-results.csv.", valueName: "FILE.csv|.jsonl"))
    var results: String?

    @OptionGroup var reporting: ReportOptions

    @Flag(name: [.customShort("q"), .long], help: "Says only what goes wrong.")
    var quiet = false

    func validate() throws {
        if let results, ResultsFormat(path: results) == nil {
            throw ValidationError("--results is the name of a file that ends in .csv or .jsonl")
        }
    }

    func run(in context: CommandContext) async throws {
        let shown = results ?? "\(name)-results.csv"
        do {
            try await queueOptions.withAccess(context, isQuiet: quiet) { access, _ in
                let written = try await write(BatchReader(name, access), to: shown, in: context)
                guard !quiet else { return }
                context.say(
                    "\(CountText.grouped(written.done)) of \(CountText.of(written.all, "row")) have a result: \(shown)"
                        .printable())
                if let report = written.report { context.say("report: \(report)".printable()) }
            }
        } catch {
            let end = RunEnd(error, script: nil, in: context)
            if let failure = end.failure { throw failure }
        }
    }

    /// - Returns: How many rows have a result, and where the report is.
    private func write(
        _ reader: BatchReader, to shown: String, in context: CommandContext
    ) async throws -> (done: Int, all: Int, report: String?) {
        let manifest = try await reader.manifest()
        let results = BatchPlan.Results(
            path: context.absolute(shown), shown: shown, format: ResultsFormat(path: shown) ?? .csv)
        let report = try BatchReport.make(
            reporting.report, of: manifest, results,
            secrets: Redaction(KnownSecrets(reader: SettingsReader(context: context)).all), isQuiet: quiet, in: context)
        let rows = try await reader.followedRows(of: manifest) {
            if !quiet { context.say("rows of \(name) are still put into the queue; waiting for the last one") }
        }
        let table = try ResultsFile(
            path: results.path, shown: shown, format: results.format, columns: manifest.resultColumns, rows: nil)
        let batch = try await BatchFollower(
            reader, manifest, rows: rows, now: { [context] in context.secondsSince1970 }
        ) { event in
            guard case .ended(let line, let queued, let time, _) = event else { return }
            try table.append(manifest.record(line, queued.result))
            report?.note(line.row(manifest.rows.parameters), queued.result, worker: queued.worker, ended: time)
        }.readStored()
        for index in batch.missing {
            let line = try rows.line(index)
            try table.append(manifest.record(line, RowResult(.notRun)))
            report?.note(line.row(manifest.rows.parameters), BatchReport.withoutResult, worker: nil, ended: nil)
        }
        try table.finish()
        var page: String?
        if let report { page = try await report.write(report.facts(of: manifest), problem: nil) }
        return (batch.endedCount, batch.count, page)
    }
}
