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

            Files keep their names; a second one of a name becomes "name (2)". What an
            earlier download brought whole is not fetched again: after a broken one, give
            the same command once more.
            """)

    /// Downloads at a time.
    private static let concurrency = 4

    @OptionGroup var jobs: JobOptions

    @Option(
        help: ArgumentHelp("The folder for the files; the working folder if not given.", valueName: "DIR"),
        completion: .directory)
    var out: String = "."

    func run(in context: CommandContext) async throws {
        let folder = context.absolute(out)
        try OutputFolder.prepare(folder, shownAs: out)
        try await jobs.withClient(context) { client in
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
        let names = Files.distinctNames(outputs.map(\.filename))
        let paths = names.map { FilePath(folder).appending($0).string }
        var fetched = 0
        try await withThrowingTaskGroup(of: Bool.self) { group in
            var waiting = zip(outputs, paths).makeIterator()
            func addNext() {
                guard let (output, path) = waiting.next() else { return }
                group.addTask {
                    if try await client.files.isCopy(path, of: output.url) { return false }
                    try await client.files.download(output.url, to: path)
                    return true
                }
            }
            for _ in 0..<Self.concurrency { addNext() }
            while let isNew = try await group.next() {
                if isNew { fetched += 1 }
                addNext()
            }
        }
        var rest = paths[...]
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
        context.say("\(fetched) downloaded, \(paths.count - fetched) there already")
    }
}
