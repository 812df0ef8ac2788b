import ArgumentParser
import SpeedPix
import SpeedPixGateway
import SpeedPixLua
import Synchronization
import SystemPackage

/// `speedpix predict WORKFLOW`: one prediction without a script.
struct PredictCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Runs one workflow once, without a script.",
        discussion: """
            Examples:
              speedpix predict text-to-image prompt="a lake" width:=512 --local --save .
              speedpix predict white-background image=./shoe.jpg text="New" --save out
              speedpix predict img2img images:='["./a.png", "./b.png"]' --json

            Of --local, text-to-image draws by the words that it knows: landscapes, cities,
            flowers, vessels, abstract patterns; ":help text-to-image" of the repl has all.

            Inputs: key=text is text, or a file if it begins with ./ ../ ~/ or /, and is
            then uploaded; key==text is text, whatever it looks like; key:=json is a
            number, true, a list or an object, whose texts may name files as well.
            A prediction that fails ends with status 3 and names its id. What was created
            stays at the service: "speedpix jobs download ID" fetches it later. With
            --cancel-on-stop, Ctrl-C and --timeout cancel it there.
            """)

    @Argument(
        help: ArgumentHelp("The workflow's id, from the console.", valueName: "WORKFLOW"),
        completion: .list(BuiltInWorkflows.ids))
    var workflow: String

    @Argument(help: ArgumentHelp("The inputs.", valueName: "key=value"), completion: .file())
    var inputs: [String] = []

    @Option(
        help: ArgumentHelp(
            "Downloads the result's files into this folder, beside others of their names.", valueName: "DIR"),
        completion: .directory)
    var save: String?

    @Option(help: ArgumentHelp("Which published version runs, by its alias; main if not given.", valueName: "ID"))
    var alias: String?

    @Option(help: ArgumentHelp("Which published version runs, by its id.", valueName: "ID"))
    var versionId: String?

    @Option(help: ArgumentHelp("A computing resource; several in order of preference.", valueName: "ID"))
    var resource: [String] = []

    @Flag(help: "The service picks new seeds.")
    var randomizeSeeds = false

    @OptionGroup var timeout: TimeoutOptions

    @Flag(help: "One JSON object on standard output.")
    var json = false

    @Flag(name: .shortAndLong, help: "Nothing on standard error while it runs.")
    var quiet = false

    @OptionGroup var service: ServiceOptions
    @OptionGroup var stopping: StopOptions

    func validate() throws {
        guard alias == nil || versionId == nil else {
            throw ValidationError("use either --alias or --version-id, not both")
        }
        for option in resource + [workflow, alias, versionId].compactMap({ $0 }) {
            guard !option.isEmpty, option.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
                throw ValidationError("an id is empty, or has spaces or control characters in it")
            }
        }
    }

    func run(in context: CommandContext) async throws {
        let input = try InputArgument.input(inputs, context)
        // Before anything is paid for.
        if let save { try OutputFolder.prepare(context.absolute(save), shownAs: save) }
        try await service.selection(context).withTarget(isQuiet: quiet) { target in
            let journal = MemoryJournal().checked(by: target.createCheck)
            let client = SpeedPixClient(
                target.configuration, dependencies: ClientDependencies(context, journal: journal))
            try await run(input, client: client, at: target, in: context)
        }
    }

    private func run(
        _ input: [String: InputValue], client: SpeedPixClient, at target: ServiceTarget, in context: CommandContext
    ) async throws {
        let recorder = RunRecorder(clock: context.clock, observers: quiet ? [] : [Self.statusReporter(context)])
        var options = RunOptions(
            create: CreateOptions(
                aliasID: alias, versionID: versionId, randomizeSeeds: randomizeSeeds ? true : nil,
                resourceConfigIDs: resource))
        if let limit = timeout.duration { options.wait.timeout = limit }
        if stopping.cancels(target.settings) { options.wait.cancelOn = .stop }
        options.wait.onCancel = { prediction, failure in
            if let event = ScriptEvent.cancellation(of: prediction, failure: failure) { recorder.note(event) }
        }
        options.onCreated = { [create = options.create] in recorder.note(.created($0, create)) }
        options.wait.onProgress = { recorder.note(.progressed($0)) }
        let done: Prediction
        do {
            done = try await client.predictions.run(workflow, input: input, options: options)
        } catch let error as SpeedPixError {
            if json, let prediction = error.prediction { try context.print(PredictionText.json(prediction)) }
            throw CommandFailure(error)
        } catch is CancellationError {
            throw CommandFailure(.interrupted, interruption(recorder.state, at: target.localMode))
        }
        let entries = try await saved(done, client: client, at: target.localMode, in: context)
        let paths = Dictionary(zip(done.files.map(\.url), entries.map(\.path)), uniquingKeysWith: { first, _ in first })
        if json {
            try context.print(PredictionText.json(done, paths: paths))
        } else {
            for (name, value) in try PredictionText.outputs(done.outputIncludingInfo) {
                try context.print("\(name): \(paths[value] ?? value)".printable())
            }
        }
        guard save != nil else { return }
        if done.succeededWithoutOutput {
            throw CommandFailure(
                .failure, "the prediction \(done.id.printable()) succeeded without any output: there is nothing to save"
            )
        }
        if let problem = ResultFolder.lackingContent(entries) { throw CommandFailure(.failure, problem) }
    }

    /// Where the result's files were saved, in order; none without `--save`.
    private func saved(
        _ done: Prediction, client: SpeedPixClient, at localMode: LocalMode?, in context: CommandContext
    ) async throws -> [ResultFolder.Entry] {
        guard let save else { return [] }
        let later = localMode.laterFlag.map { "it succeeded: speedpix jobs download \(done.id.printable())\($0)" }
        do {
            let folder = ResultFolder(
                folder: FilePath(context.absolute(save)), files: client.files, mayHaveSome: false)
            return try await folder.fetch(done.files)
        } catch let error as SpeedPixError {
            var failure = CommandFailure(error)
            failure.message = [failure.message, later].compactMap { $0 }.joined(separator: "\n")
            throw failure
        } catch is CancellationError {
            throw CommandFailure(.interrupted, ["interrupted", later].compactMap { $0 }.joined(separator: "; "))
        }
    }

    /// Prints a line whenever the status changes.
    private static func statusReporter(_ context: CommandContext) -> RunRecorder.Observer {
        let lastStatus = Mutex("")
        return { event, _, _ in
            switch event {
            case .created(let prediction, _): context.say("prediction \(prediction.id) created".printable())
            case .progressed(let prediction):
                let status = prediction.status.rawValue
                let isNew = lastStatus.withLock { lastStatus in
                    defer { lastStatus = status }
                    return lastStatus != status
                }
                if isNew { context.say("prediction \(prediction.id) \(status)".printable()) }
            default: break
            }
        }
    }

    /// What became of the create, for the message after an interrupt.
    private func interruption(_ state: RunState, at localMode: LocalMode?) -> String {
        guard let flag = localMode.laterFlag else { return "interrupted" }
        if let canceled = state.lastCanceled {
            let location = localMode == nil ? "at the service" : "at the local gateway"
            return "interrupted; the prediction was canceled \(location): \(canceled.printable())"
        }
        guard let id = state.unfinished.last?.id else { return "interrupted" }
        let reason = state.notCanceled[id].map { "\nit could not be canceled: \($0.message.printable())" } ?? ""
        return """
            interrupted; the prediction goes on \(localMode.laterLocation): \(id.printable())\(reason)
            hint: speedpix jobs wait \(id.printable())\(flag), then speedpix jobs download \(id.printable())\(flag)
            """
    }
}
