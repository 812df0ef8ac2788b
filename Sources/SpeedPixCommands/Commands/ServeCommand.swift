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

            Without a secret one is made up and kept in a file that only you can read; the line that is printed names it.

            With --data, uploads, predictions and results are found again by the next serve
            with the same folder, and predictions that had not ended are begun again.

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

    @Option(help: "Port on 127.0.0.1; 0 is any free one.")
    var port = 8187

    @Option(
        help: "Folder that keeps uploads, predictions and results for a day; a temporary one if not given.",
        completion: .directory)
    var data: String?

    @Option(help: "Application key that clients must use; SPEEDPIX_APP_KEY if not given.")
    var appKey: String?

    @Option(help: "Application secret that clients must sign with; SPEEDPIX_APP_SECRET if not given.")
    var appSecret: String?

    @Option(
        help: ArgumentHelp("A JSON file that says what goes wrong on purpose.", valueName: "FILE"),
        completion: .file(extensions: ["json"]))
    var faults: String?

    // For measurements, in which more predictions run at once than a computer could compute.
    @Option(help: .hidden)
    var workers: Int?

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("a port is a number from 0 to 65535") }
        if let workers, workers < 1 { throw ValidationError("--workers is a number of predictions, 1 or more") }
        guard appKey?.isEmpty != true else { throw ValidationError("the application key is empty") }
        guard appSecret?.isEmpty != true else { throw ValidationError("the application secret is empty") }
    }

    func run(in context: CommandContext) async throws {
        let key = appKey ?? context.variable(SpeedPixClient.Configuration.Variable.appKey) ?? "local"
        let given = appSecret ?? context.variable(SpeedPixClient.Configuration.Variable.appSecret)
        let secret = given ?? context.randomToken()
        var configuration = GatewayConfiguration(appKey: key, appSecret: Secret(secret))
        configuration.port = port
        configuration.dataDirectory = data.map(context.absolute)
        configuration.keepsPredictions = true
        if let workers { configuration.workers = workers }
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
                if let file { line += " credentials \(file.path)" }
                try context.writeOutput(Array((line + "\n").utf8))
                // Until a signal stops the process, which cancels this task.
                let (never, _) = AsyncStream<Void>.makeStream()
                for await _ in never {}
            }
        } catch let error as SpeedPixError {
            throw CommandFailure(.configuration, ErrorText.describe(error))
        }
        throw CancellationError()
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
