import ArgumentParser
import Logging
import SpeedPix
import SpeedPixGateway

/// `speedpix serve`: the gateway on its own, for other programs.
struct ServeCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Runs the local gateway until it is stopped.",
        discussion: """
            Example:
              speedpix serve --port 8187 --app-key demo --app-secret change-me

            Without a secret one is made up and kept in a file that only you can read; the line that is printed names it.
            """)

    @Option(help: "Port on 127.0.0.1; 0 is any free one.")
    var port = 8187

    @Option(help: "Folder that keeps uploads and results; a temporary one if not given.")
    var data: String?

    @Option(help: "Application key that clients must use; SPEEDPIX_APP_KEY if not given.")
    var appKey: String?

    @Option(help: "Application secret that clients must sign with; SPEEDPIX_APP_SECRET if not given.")
    var appSecret: String?

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("a port is a number from 0 to 65535") }
        guard appKey?.isEmpty != true else { throw ValidationError("the application key is empty") }
        guard appSecret?.isEmpty != true else { throw ValidationError("the application secret is empty") }
    }

    func run(in context: CommandContext) async throws {
        func variable(_ name: String) -> String? {
            context.environment[name].flatMap { $0.isEmpty ? nil : $0 }
        }
        let key = appKey ?? variable(Configuration.Variable.appKey) ?? "local"
        let given = appSecret ?? variable(Configuration.Variable.appSecret)
        let secret = given ?? context.randomToken()
        var configuration = GatewayConfiguration(appKey: key, appSecret: Secret(secret))
        configuration.port = port
        configuration.dataDirectory = data.map(context.absolute)
        configuration.now = context.now
        configuration.clock = context.clock
        do {
            let workflows = try await LocalGateway.offered()
            try await Gateway.withRunning(configuration, workflows: workflows, logger: .silent) { running in
                var line = "speedpix gateway: endpoint \(running.endpoint) key \(running.appKey)"
                let file =
                    given == nil ? try CredentialsFile(key: key, secret: secret, endpoint: running.endpoint) : nil
                defer { file?.remove() }
                if let file { line += " credentials \(file.path)" }
                try context.writeOutput(Array((line + "\n").utf8))
                // Until the process is told to stop, which cancels this task.
                let (never, _) = AsyncStream<Void>.makeStream()
                for await _ in never {}
            }
        } catch let error as SpeedPixError {
            throw CommandFailure(.configuration, ErrorText.describe(error))
        }
        throw CancellationError()
    }
}
