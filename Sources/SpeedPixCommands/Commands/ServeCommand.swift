import ArgumentParser
import Logging
import SpeedPix
import SpeedPixGateway

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// `speedpix serve`: the gateway on its own, for other programs.
struct ServeCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Runs the local gateway until it is stopped.",
        discussion: """
            Example:
              speedpix serve --port 8187 --app-key demo --app-secret change-me
              speedpix serve --host 0.0.0.0 --public-url https://gateway.example
              speedpix serve --comfyui http://gpu1:8188,http://gpu2:8188

            Without a secret one is made up and kept in a file that only you can read; the line that is printed names it.

            Uploads, predictions and results are found again by the next serve with the
            same folder, and predictions that had not ended are begun again. One gateway
            uses a folder at a time. It has the files keys.json (speedpix keys),
            admin-token and endpoint, by which "speedpix workflows" finds it, url-key and
            console-key, in DIR/speedpix-gateway.

            The line "console: http://…" is a link to its page, for one browser and five
            minutes; "speedpix console" makes others.

            Results are kept for --keep, and the oldest go first where all of it would take
            more than --max-size: never what an unfinished prediction needs.

            With --faults the gateway misbehaves as a file says, to show what a pipeline
            makes of it: {"rules": [RULE, ...]}. A rule names a call, a fault, and when:
              {"call": "create", "fault": "reset_after", "times": 1}
              {"call": ["progress", "result"], "fault": "status", "code": 503,
               "probability": 0.2, "seed": 7}
            Calls:   \(wrapped(ClientOperation.faultTargets.map(\.rawValue) + ["any"], indent: 9))
            Faults:  \(wrapped(Fault.Kind.allCases.map(\.rawValue), indent: 9))
            When:    after (skip so many), times (strike so often), probability, seed
            Each strike is told on standard error. All options are in docs/faults.md,
            whole files in examples/faults.
            """)

    /// Names with commas between them, in lines of up to 76 columns.
    private static func wrapped(_ names: [String], indent: Int) -> String {
        var lines = [""]
        for (index, name) in names.enumerated() {
            let word = index < names.count - 1 ? "\(name)," : name
            let line = lines[lines.count - 1]
            if line.isEmpty {
                lines[lines.count - 1] = word
            } else if indent + line.count + 1 + word.count <= 76 {
                lines[lines.count - 1] = "\(line) \(word)"
            } else {
                lines.append(word)
            }
        }
        return lines.joined(separator: "\n" + String(repeating: " ", count: indent))
    }

    /// How long results are kept in a folder that lasts.
    private static let standardRetention: Duration = .seconds(7 * 24 * 3600)

    @OptionGroup var listen: ListenOptions

    @OptionGroup var folder: GatewayDataOptions

    @Option(
        help: ArgumentHelp(
            "How long ended predictions, their results and uploads are kept, such as 12h; 7d if not given, a day in a"
                + " temporary folder.", valueName: "TIME"),
        transform: ServeCommand.duration)
    var keep: Duration?

    @Option(
        help: ArgumentHelp("How much uploads and results may take together: 50GB, 512MiB.", valueName: "SIZE"),
        transform: ServeCommand.bytes)
    var maxSize: Int64?

    @OptionGroup var comfyUI: ServedComfyUIOptions

    @Option(help: "Application key that clients must use; SPEEDPIX_APP_KEY if not given.")
    var appKey: String?

    @Option(help: "Application secret that clients must sign with; SPEEDPIX_APP_SECRET if not given.")
    var appSecret: String?

    @Option(
        help: ArgumentHelp(
            "A host that URLs in inputs may name although it is not in the public network; may be given several times.",
            valueName: "HOST"))
    var allowFetch: [String] = []

    @Option(
        help: ArgumentHelp("A JSON file that says what goes wrong on purpose.", valueName: "FILE"),
        completion: .file(extensions: ["json"]))
    var faults: String?

    // For measurements, in which more predictions run at once than a computer could compute.
    @Option(help: .hidden)
    var workers: Int?

    func validate() throws {
        if let workers, workers < 1 { throw ValidationError("--workers is a number of predictions, 1 or more") }
        guard appKey?.isEmpty != true else { throw ValidationError("the application key is empty") }
        guard appSecret?.isEmpty != true else { throw ValidationError("the application secret is empty") }
        guard FetchPolicy(allowing: allowFetch) != nil else {
            throw ValidationError("--allow-fetch is a name or an address, perhaps with a port, such as files.lan:9000")
        }
        guard maxSize == nil || folder.data != GatewayDataOptions.temporary else {
            throw ValidationError("--max-size needs a folder that lasts, not \(GatewayDataOptions.temporary)")
        }
    }

    private static func duration(_ text: String) throws -> Duration {
        guard let duration = DurationArgument.duration(text) else {
            throw ValidationError("\"\(text)\" is not a time: write 12h, 7d or 4w")
        }
        return duration
    }

    private static func bytes(_ text: String) throws -> Int64 {
        guard let bytes = ByteCountArgument.bytes(text) else {
            throw ValidationError("\"\(text)\" is not a size: write 50GB or 512MiB")
        }
        return bytes
    }

    func run(in context: CommandContext) async throws {
        let key = appKey ?? context.variable(SpeedPixClient.Configuration.Variable.appKey) ?? "local"
        let given = appSecret ?? context.variable(SpeedPixClient.Configuration.Variable.appSecret)
        let secret = given ?? context.randomToken()
        var configuration = GatewayConfiguration(appKey: key, appSecret: Secret(secret))
        try listen.apply(to: &configuration, hasSecret: given != nil, context)
        if let directory = folder.folder(context) {
            configuration.dataDirectory = directory
            configuration.keepsPredictions = true
            configuration.retention = Self.standardRetention
            configuration.maximumStoredBytes = maxSize
            // Time and size say what is kept; how much of it is in memory is bounded by its bytes.
            configuration.maximumFinished = .max
        } else if folder.data == nil {
            context.say("there is no home folder: what is made here ends with this command; --data DIR keeps it")
        }
        if let workers { configuration.workers = workers }
        configuration.comfyUIServers = try await comfyUI.configuration(context)
        configuration.fetching = FetchPolicy(allowing: allowFetch)
        configuration.hasConsole = true
        configuration.runs = JournalRuns(folder: JournalFolder(nil, beside: nil, context).path)
        configuration.batches = try batches(context)
        if let keep { configuration.retention = keep }
        configuration.now = context.now
        configuration.clock = context.clock
        configuration.searchPath = context.environment["PATH"] ?? ""
        configuration.faults = try faultRules(context)
        configuration.onFault = { strike in
            context.say("fault: rule \(strike.rule), \(strike.fault.name) on \(strike.target.rawValue) \(strike.call)")
        }
        do {
            let workflows = try await BuiltInWorkflows.load()
            try await Gateway.withRunning(configuration, workflows: workflows, logger: .silent) { running in
                var line = "speedpix gateway: endpoint \(running.endpoint) key \(running.appKey)"
                let file =
                    given == nil ? try CredentialsFile(key: key, secret: secret, endpoint: running.endpoint) : nil
                defer { file?.remove() }
                let directory = running.refusal == nil ? configuration.dataDirectory : nil
                let access = directory.map { GatewayAccess(directory: $0) }
                try access?.write(
                    endpoint: running.localEndpoint, credentials: given == nil ? (key, Secret(secret)) : nil)
                defer { access?.removeEndpoint() }
                if let file { line += " credentials \(file.path)" }
                if let console = running.console { line += "\nconsole: \(console.make().url)" }
                // At once: whoever reads one line and closes the pipe has not closed it while another one is written.
                try context.writeOutput(Array((line + "\n").utf8))
                if running.console == nil {
                    context.say("the console cannot be opened: name the gateway's address with --public-url")
                }
                // Who has named none may have none.
                let isAssumed = configuration.comfyUIServers?.isAssumed == true
                let telling = running.comfyUI.map { servers in
                    Task {
                        for state in await servers.firstStates() where state.isUp || !isAssumed {
                            context.say("server \(ComfyUIServerState.line(state.json))")
                        }
                    }
                }
                defer { telling?.cancel() }
                // Until a signal stops the process, which cancels this task.
                let (never, _) = AsyncStream<Void>.makeStream()
                for await _ in never {}
            }
        } catch let error as SpeedPixError {
            throw CommandFailure(.configuration, ErrorText.describe(error))
        }
        throw CancellationError()
    }

    /// What the console shows of batches; nil if no setting names a queue.
    private func batches(_ context: CommandContext) throws -> QueueBatches? {
        do throws(SettingsError) {
            let files = try SettingsReader(context: context).files()
            return QueueBatches(try ResolvedSettings(environment: context.environment, files: files), context)
        } catch {
            throw error.failure
        }
    }

    private func faultRules(_ context: CommandContext) throws -> [FaultRule] {
        guard let faults else { return [] }
        let bytes: [UInt8]
        do {
            bytes = try Array(Data(contentsOf: URL(filePath: context.absolute(faults))))
        } catch {
            throw CommandFailure(.usage, "could not read the faults of \(faults): is it there, and a file?")
        }
        do {
            return try FaultFile.rules(bytes)
        } catch {
            throw CommandFailure(
                .usage, "\(faults): \(error.message)\nhint: speedpix serve --help".printable(keepingLines: true))
        }
    }
}
