import Logging
import SpeedPix
import SpeedPixGateway

/// The gateway inside this process, for `--local`: it needs no account, and only this process can use it.
enum LocalGateway {
    /// How long the next command finds a prediction, its files, and uploads.
    static let retention: Duration = .seconds(7 * 24 * 3600)

    /// Runs `body` against a gateway on a free port with a secret that only this process knows.
    ///
    /// - Parameters:
    ///   - mode: What becomes of its predictions. Where there is no folder for them, or another process has it, they end with
    ///     this one, and a line says so.
    ///   - settings: What counts beside the service.
    ///   - needsFolder: Whether `body` is about predictions of commands before: it is not run without them.
    ///   - isQuiet: Whether that line is left out.
    /// - Throws: ``CommandFailure`` if it cannot start; what `body` throws.
    static func withTarget<Result>(
        in context: CommandContext, mode: LocalMode, settings: ResolvedSettings = .none, needsFolder: Bool = false,
        isQuiet: Bool = false,
        _ body: (ServiceTarget) async throws -> Result
    ) async throws -> Result {
        let folder = mode == .persistent ? LocalDataFolder(context) : nil
        let secret = context.randomToken()
        var gateway = GatewayConfiguration(appKey: "local-\(context.randomToken())", appSecret: Secret(secret))
        gateway.now = context.now
        gateway.clock = context.clock
        gateway.searchPath = context.environment["PATH"] ?? ""
        if let folder {
            gateway.keep(in: folder)
            gateway.fallsBackToTemporary = !needsFolder
        }
        let workflows = try await BuiltInWorkflows.load()
        var hasBegun = false
        do {
            return try await Gateway.withRunning(gateway, workflows: workflows, logger: .silent) { running in
                hasBegun = true
                var configuration = try SpeedPixClient.Configuration(
                    appKey: gateway.appKey, appSecret: secret, endpoint: running.endpoint)
                // `--local` promises to work without the network.
                configuration.downloadHosts = .endpoint
                if let folder, let refusal = running.refusal, !isQuiet {
                    context.say("\(folder.path): \(refusal); what is made here ends with this command".printable())
                }
                guard let folder, running.refusal == nil else {
                    return try await body(
                        ServiceTarget(
                            configuration, settings: settings, localMode: .temporary, createCheck: running.createCheck))
                }
                let identity = ServiceTarget.Identity(
                    endpoint: "\(mode.endpoint):\(folder.path)", appKey: gateway.appKey)
                return try await body(
                    ServiceTarget(
                        configuration, settings: settings, identity: identity, localMode: .persistent,
                        createCheck: running.createCheck))
            }
        } catch let error as SpeedPixError where !hasBegun {
            throw CommandFailure(.configuration, error)
        }
    }
}

extension GatewayConfiguration {
    /// Keeps predictions for the next command. Those that a command has left are begun again when a call asks for them: a
    /// script does not wait for predictions that it does not use.
    fileprivate mutating func keep(in folder: LocalDataFolder) {
        appKey = "local"
        dataDirectory = folder.path
        keepsPredictions = true
        resumesAtStart = false
        retention = LocalGateway.retention
        sweepInterval = .seconds(24 * 3600)
    }
}

extension Logger {
    /// Drops everything: the commands report what concerns the user.
    static let silent = Logger(label: "speedpix") { _ in SwiftLogNoOpLogHandler() }
}
