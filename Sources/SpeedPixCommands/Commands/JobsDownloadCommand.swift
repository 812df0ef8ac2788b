import ArgumentParser
import SpeedPix
import SystemPackage

/// `speedpix jobs download ID…`
struct JobsDownloadCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "download",
        abstract: "Downloads the files of predictions that succeeded.",
        discussion: """
            Example:
              speedpix jobs download 8d0f2a 91c3b7 --out results

            Files keep their names, or get the labels of their predictions where
            --events tells them; where another file has one, it becomes "name (2)".
            What an earlier download brought whole is not fetched again: after a broken
            one, give the same command once more.

              speedpix run shop.lua --json > events.jsonl
              speedpix jobs download --unsaved --events events.jsonl --out results

            fetches what that run has paid for and not saved. Of a run without --json:
            speedpix jobs list --unsaved --run RUN has the ids.
            """)

    @OptionGroup var jobs: JobOptions

    @Option(
        help: ArgumentHelp("The folder for the files; the working folder if not given.", valueName: "DIR"),
        completion: .directory)
    var out: String = "."

    @Flag(
        help: """
            Everything that a run has paid for and did not save, by its events: what speedpix run … --json > FILE has \
            written, named by --events FILE.
            """)
    var unsaved = false

    func validate() throws {
        guard unsaved else { return try jobs.requireIDs() }
        guard jobs.events != nil else {
            throw ValidationError(
                """
                --unsaved needs --events FILE: the events that a run has written, with speedpix run … --json > FILE. Without \
                them, speedpix jobs list --unsaved has the ids to download
                """)
        }
        guard jobs.ids.isEmpty else { throw ValidationError("--unsaved finds the ids itself; leave them out") }
    }

    func run(in context: CommandContext) async throws {
        let folder = context.absolute(out)
        try OutputFolder.prepare(folder, shownAs: out)
        let run = try jobs.recordedRun(context)
        let ids = unsaved ? run?.unsaved ?? [] : try jobs.distinct(run)
        guard !ids.isEmpty else { return context.say("everything that the run made was saved") }
        let interrupted = "interrupted; give the same command again for the files that are missing"
        try await jobs.withClient(context, interrupted: interrupted) { client in
            var ended: [Prediction] = []
            var failed: [String] = []
            var goingOn: [String] = []
            for id in ids {
                let prediction = try await client.predictions.get(id)
                switch prediction.status {
                case .succeeded: ended.append(prediction)
                case .failed, .canceled: failed.append(id)
                default:
                    // Of a whole run, what has ended is fetched first.
                    guard unsaved else { throw unended([id], prediction.status.rawValue, in: context) }
                    goingOn.append(id)
                }
            }
            let entries = try await download(ended, of: run, into: folder, client: client, in: context)
            let empty = ended.filter(\.files.isEmpty).map(\.id)
            if !empty.isEmpty { context.say("without files: \(empty.joined(separator: " "))".printable()) }
            guard goingOn.isEmpty else { throw unended(goingOn, "waiting or running", in: context) }
            guard failed.isEmpty else {
                throw CommandFailure(
                    .predictionFailed, "without files, since they failed: \(failed.joined(separator: " "))".printable())
            }
            let lacking = ended.filter(\.succeededWithoutOutput).map(\.id)
            guard lacking.isEmpty else {
                throw CommandFailure(
                    .failure, "succeeded without any output: \(lacking.joined(separator: " "))".printable())
            }
            if let problem = ResultFolder.lackingContent(entries) { throw CommandFailure(.failure, problem) }
        }
    }

    private func unended(_ ids: [String], _ status: String, in context: CommandContext) -> CommandFailure {
        let (what, verb) = ids.count == 1 ? ("the prediction", "has") : ("the predictions", "have")
        let list = ids.joined(separator: " ")
        let flag = jobs.service.selection(context).localMode.laterFlag ?? ""
        return CommandFailure(
            .failure,
            "\(what) \(list) \(verb) not ended: \(ids.count == 1 ? "it is" : "they are") \(status)\nhint: speedpix jobs wait \(list)\(flag)"
                .printable(keepingLines: true))
    }

    private func download(
        _ predictions: [Prediction], of run: EventsFile?, into folder: String, client: SpeedPixClient,
        in context: CommandContext
    ) async throws -> [ResultFolder.Entry] {
        let names = predictions.flatMap { LabeledName.names(of: $0.files, label: run?.label(of: $0.id)) }
        let entries = try await ResultFolder(folder: FilePath(folder), files: client.files)
            .fetch(predictions.flatMap(\.files), as: names)
        var rest = entries.map(\.path)[...]
        for prediction in predictions {
            let own = rest.prefix(prediction.files.count)
            rest = rest.dropFirst(own.count)
            if jobs.json {
                let byURL = Dictionary(zip(prediction.files.map(\.url), own), uniquingKeysWith: { first, _ in first })
                try context.print(
                    PredictionText.json(prediction, label: run?.label(of: prediction.id), paths: byURL))
            } else {
                for path in own { try context.print(path.printable()) }
            }
        }
        let count = entries.count { $0.isNew }
        context.say("\(count) downloaded, \(entries.count - count) there already")
        return entries
    }
}
