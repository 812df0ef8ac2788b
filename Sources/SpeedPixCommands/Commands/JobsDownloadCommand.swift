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

            Files keep their names; where another file has one, it becomes "name (2)".
            What an earlier download brought whole is not fetched again: after a broken
            one, give the same command once more.
            """)

    @OptionGroup var jobs: JobOptions

    @Option(
        help: ArgumentHelp("The folder for the files; the working folder if not given.", valueName: "DIR"),
        completion: .directory)
    var out: String = "."

    func run(in context: CommandContext) async throws {
        let folder = context.absolute(out)
        try OutputFolder.prepare(folder, shownAs: out)
        let interrupted = "interrupted; give the same command again for the files that are missing"
        try await jobs.withClient(context, interrupted: interrupted) { client in
            var ended: [Prediction] = []
            var failed: [String] = []
            for id in jobs.distinct {
                let prediction = try await client.predictions.get(id)
                switch prediction.status {
                case .succeeded: ended.append(prediction)
                case .failed, .canceled: failed.append(id)
                default:
                    throw CommandFailure(
                        .failure,
                        "the prediction \(id) has not ended: it is \(prediction.status)\nhint: speedpix jobs wait \(id)"
                            .printable(keepingLines: true))
                }
            }
            try await download(ended, into: folder, client, context)
            guard failed.isEmpty else {
                throw CommandFailure(
                    .predictionFailed, "without files, since they failed: \(failed.joined(separator: " "))".printable())
            }
        }
    }

    private func download(
        _ predictions: [Prediction], into folder: String, _ client: SpeedPixClient, _ context: CommandContext
    ) async throws {
        let outputs = predictions.flatMap(\.files)
        let places = try await ResultFolder(folder: FilePath(folder), files: client.files).fetch(outputs)
        var rest = places.map(\.path)[...]
        for prediction in predictions {
            let own = rest.prefix(prediction.files.count)
            rest = rest.dropFirst(own.count)
            if jobs.json {
                let byURL = Dictionary(zip(prediction.files.map(\.url), own), uniquingKeysWith: { first, _ in first })
                try context.print(PredictionText.json(prediction, paths: byURL))
            } else {
                for path in own { try context.print(path.printable()) }
            }
        }
        let count = places.count { $0.isNew }
        context.say("\(count) downloaded, \(places.count - count) there already")
    }
}
