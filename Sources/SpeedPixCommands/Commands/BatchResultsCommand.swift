import ArgumentParser
import SpeedPixBatch
import SpeedPixQueue

/// `speedpix batch results NAME`: writes what a batch in a queue has done by now.
struct BatchResultsCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "results",
        abstract: "Writes the results that a batch in a queue has by now, and does not wait for more.",
        discussion: """
            Example:
              speedpix batch results card-products-3f9a0c11 --results today.jsonl
            """)

    @Argument(help: ArgumentHelp("The batch's name.", valueName: "NAME"), transform: QueueOptions.name)
    var name: BatchName

    @OptionGroup var queueOptions: QueueOptions

    @Option(
        help: ArgumentHelp("Where the table goes; otherwise NAME-results.csv.", valueName: "FILE.csv|.jsonl"))
    var results: String?

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
                let count = try await write(BatchReader(name, access), to: shown, in: context)
                if !quiet {
                    context.say(
                        "\(CountText.grouped(count.done)) of \(CountText.of(count.all, "row")) have a result: \(shown)"
                            .printable())
                }
            }
        } catch {
            let end = RunEnd(error, script: nil, in: context)
            if let failure = end.failure { throw failure }
        }
    }

    private func write(
        _ reader: BatchReader, to shown: String, in context: CommandContext
    ) async throws -> (done: Int, all: Int) {
        let manifest = try await reader.manifest()
        let rows = try await reader.followedRows(of: manifest) {
            if !quiet { context.say("rows of \(name) are still put into the queue; waiting for the last one") }
        }
        let table = try ResultsFile(
            path: context.absolute(shown), shown: shown, format: ResultsFormat(path: shown) ?? .csv,
            columns: manifest.resultColumns, rows: nil)
        let batch = try await BatchFollower(
            reader, manifest, rows: rows, now: { [context] in context.secondsSince1970 }
        ) { event in
            if case .ended(let line, let queued, _) = event { try table.append(manifest.record(line, queued.result)) }
        }.readStored()
        for index in batch.missing {
            try table.append(manifest.record(try rows.line(index), RowResult(.notRun)))
        }
        try table.finish()
        return (batch.endedCount, batch.count)
    }
}
