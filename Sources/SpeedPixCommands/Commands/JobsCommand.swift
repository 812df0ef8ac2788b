import ArgumentParser
import SpeedPix

/// `speedpix jobs …`: predictions that were created before, by their ids.
struct JobsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs",
        abstract: "Shows, waits for and downloads predictions by their ids.",
        discussion: """
            Example:
              speedpix jobs wait 8d0f2a 91c3b7
              speedpix jobs download 8d0f2a 91c3b7 --out results

            With --local: what commands with --local have made in the last week.
            """,
        subcommands: [JobsListCommand.self, JobsShowCommand.self, JobsWaitCommand.self, JobsDownloadCommand.self])
}

/// Which predictions a command is about.
struct JobOptions: ParsableArguments {
    /// Characters. No service has longer ids.
    private static let longest = 512

    @Argument(help: ArgumentHelp("Ids of predictions.", valueName: "ID"))
    var ids: [String] = []

    @Option(
        help: ArgumentHelp(
            "The events of a run, as run --json > FILE has written them: the beginnings of its ids will do, and its labels are"
                + " known.",
            valueName: "FILE"),
        completion: .file(extensions: ["jsonl"]))
    var events: String?

    @Flag(help: "One JSON object a line for each prediction.")
    var json = false

    @OptionGroup var service: ServiceOptions

    func validate() throws {
        for id in ids {
            guard !id.isEmpty, id.count <= Self.longest, id.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
                throw ValidationError("\"\(id.prefix(80).description.printable())\" is not a prediction's id")
            }
        }
    }

    func requireIDs() throws {
        guard !ids.isEmpty else { throw ValidationError("Missing expected argument '<ID> ...'") }
    }

    /// Nil if no events are given.
    func recordedRun(_ context: CommandContext) throws -> EventsFile? {
        try events.map { try EventsFile($0, in: context) }
    }

    /// Each id once, whole, in the order in which they were given.
    ///
    /// - Throws: ``CommandFailure`` for the beginning of several.
    func distinct(_ run: EventsFile?) throws -> [String] {
        var seen: Set<String> = []
        return try ids.map { try run?.whole($0) ?? $0 }.filter { seen.insert($0).inserted }
    }

    /// Runs `body` with a client; errors of the service become the command's.
    ///
    /// - Parameter interrupted: What to say when it is.
    func withClient(
        _ context: CommandContext, interrupted: String = "interrupted", _ body: (SpeedPixClient) async throws -> Void
    ) async throws {
        let service = service.selection(context)
        try service.requirePersistentGateway("a prediction")
        try await service.withTarget(needsEarlier: true) { target in
            do {
                try await body(context.client(target.configuration))
            } catch let error as SpeedPixError {
                throw CommandFailure(error)
            } catch is CancellationError {
                throw CommandFailure(.interrupted, interrupted)
            }
        }
    }

    /// - Parameter isLast: Whether nothing comes after it.
    func printPrediction(_ prediction: Prediction, label: String?, isLast: Bool, _ context: CommandContext) throws {
        if json { return try context.print(PredictionText.json(prediction, label: label)) }
        for line in try PredictionText.lines(prediction, label: label) { try context.print(line) }
        if !isLast { try context.print("") }
    }
}

/// `speedpix jobs show ID…`
struct JobsShowCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows how predictions stand.",
        discussion: """
            Example:
              speedpix jobs show 8d0f2a --json
            """)

    @OptionGroup var jobs: JobOptions

    func validate() throws { try jobs.requireIDs() }

    func run(in context: CommandContext) async throws {
        let run = try jobs.recordedRun(context)
        let ids = try jobs.distinct(run)
        try await jobs.withClient(context) { client in
            for id in ids {
                let prediction = try await client.predictions.get(id)
                try jobs.printPrediction(prediction, label: run?.label(of: id), isLast: id == ids.last, context)
            }
        }
    }
}

/// `speedpix jobs wait ID…`
struct JobsWaitCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "wait",
        abstract: "Waits until predictions have ended.",
        discussion: """
            Example:
              speedpix jobs wait 8d0f2a 91c3b7 --timeout 600

            Ends with status 3 if one of them failed, after the others have ended, too.
            With --timeout only the wait ends; the predictions go on.
            """)

    @OptionGroup var jobs: JobOptions

    @OptionGroup var timeout: TimeoutOptions

    func validate() throws {
        try jobs.requireIDs()
    }

    func run(in context: CommandContext) async throws {
        let run = try jobs.recordedRun(context)
        let ids = try jobs.distinct(run)
        let interrupted = "interrupted; the predictions go on: give the same command again to wait for them"
        try await jobs.withClient(context, interrupted: interrupted) { client in
            var options = WaitOptions()
            if let limit = timeout.duration { options.timeout = limit }
            let failed = try await client.predictions.ended(ids, options) {
                try jobs.printPrediction($0, label: run?.label(of: $0.id), isLast: $0.id == ids.last, context)
            }
            guard failed.isEmpty else {
                throw CommandFailure(.predictionFailed, "failed: \(failed.joined(separator: " "))".printable())
            }
        }
    }
}

extension Predictions {
    /// Waits for all of them at once, and prints each in the order given.
    ///
    /// - Returns: The ids of those that failed or were canceled.
    /// - Throws: ``SpeedPixError`` for one that cannot be waited for.
    func ended(
        _ ids: [String], _ options: WaitOptions, report: (Prediction) throws -> Void
    ) async throws -> [String] {
        var failed: [String] = []
        try await ids.concurrentMap(limit: .max) { id in
            do {
                return try await self.wait(for: Prediction(id: id), options: options)
            } catch let error as SpeedPixError where [.predictionFailed, .canceled].contains(error.code) {
                return error.prediction ?? Prediction(id: id)
            }
        } receive: { prediction in
            try report(prediction)
            if prediction.status != .succeeded { failed.append(prediction.id) }
        }
        return failed
    }
}
