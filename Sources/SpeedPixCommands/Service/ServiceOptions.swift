import ArgumentParser
import SpeedPix

/// Which service a command talks to, and as whom.
struct ServiceOptions: ParsableArguments {
    @Flag var local: LocalMode?

    @Option(
        help: ArgumentHelp(
            "The service; 'local' is the same as --local, 'local=fresh' as --local=fresh.", valueName: "URL"))
    var endpoint: String?

    @Option(help: ArgumentHelp("The profile of speedpix.toml that counts.", valueName: "NAME"))
    var profile: String?

    func validate() throws {
        if let local, let endpoint, endpoint != local.endpoint {
            throw ValidationError("use either --\(local.endpoint) or --endpoint \(endpoint), not both")
        }
    }

    /// Whether the gateway inside this process is meant.
    ///
    /// - Parameter directory: The folder of the script, if there is one.
    func isLocal(_ context: CommandContext, beside directory: String? = nil) -> Bool {
        localMode(context, beside: directory) != nil
    }

    /// What becomes of predictions at the gateway inside this process; nil if a service is meant.
    ///
    /// - Parameter directory: The folder of the script, if there is one.
    func localMode(_ context: CommandContext, beside directory: String? = nil) -> LocalMode? {
        if isGivenByFlag { return localByFlag }
        return (try? settings(context, beside: directory))?.localMode
    }

    /// Refuses a gateway that has nothing but what this very command makes.
    ///
    /// - Parameter what: What would end with it, as messages begin.
    func requirePersistentGateway(_ context: CommandContext, _ what: String) throws {
        switch localMode(context) {
        case nil: return
        case .persistent? where LocalDataFolder(context) != nil: return
        case .persistent?, .temporary?: throw Self.temporaryRefusal(what)
        }
    }

    /// Refuses the gateway inside this process.
    ///
    /// - Parameter what: What would end with it, as messages begin.
    func refuseLocal(_ context: CommandContext, _ what: String) throws {
        if isLocal(context) { throw Self.temporaryRefusal(what) }
    }

    private static func temporaryRefusal(_ what: String) -> CommandFailure {
        CommandFailure(
            .usage,
            "\(what) at the local gateway ends with the command that made it\nhint: run \"speedpix serve\" and use its endpoint"
        )
    }

    /// Whether anything says which service is meant: a flag, a variable or a file.
    func needsConfiguration(_ context: CommandContext) -> Bool {
        guard !isGivenByFlag, let settings = try? settings(context) else { return true }
        return settings[.appKey] != nil || settings.secret != nil || settings[.endpoint] != nil
    }

    /// Whether the flags say which service is meant.
    private var isGivenByFlag: Bool { local != nil || endpoint != nil }

    /// Whether settings count: not at the gateway inside this process, if a flag asks for it.
    var readsSettings: Bool { localByFlag == nil }

    private var localByFlag: LocalMode? { local ?? endpoint.flatMap { LocalMode(endpoint: $0) } }

    /// Runs `body` with what a client needs; for `--local` a gateway runs as long, and no settings are looked at.
    ///
    /// - Parameters:
    ///   - directory: The folder of the script, if there is one: its `speedpix.toml` counts.
    ///   - needsEarlier: Whether `body` is about predictions of commands before.
    ///   - isQuiet: Whether nothing is said of predictions that end with this command.
    /// - Throws: ``CommandFailure`` with ``ExitStatus/configuration`` if settings or credentials are missing or wrong.
    func withConfiguration<Result>(
        _ context: CommandContext, beside directory: String? = nil, needsEarlier: Bool = false, isQuiet: Bool = false,
        _ body: (SpeedPixClient.Configuration) async throws -> Result
    ) async throws -> Result {
        try await withService(context, beside: directory, needsEarlier: needsEarlier, isQuiet: isQuiet) {
            try await body($0.configuration)
        }
    }

    /// The same with what a journal knows the service by, and what becomes of its predictions.
    func withService<Result>(
        _ context: CommandContext, beside directory: String? = nil, needsEarlier: Bool = false, isQuiet: Bool = false,
        _ body: (ServiceTarget) async throws -> Result
    ) async throws -> Result {
        func runLocally(_ mode: LocalMode) async throws -> Result {
            try await LocalGateway.withService(
                in: context, mode: mode, needsFolder: needsEarlier, isQuiet: isQuiet, body)
        }
        if let localByFlag { return try await runLocally(localByFlag) }
        var configuration: SpeedPixClient.Configuration
        do {
            let settings = try settings(context, beside: directory)
            if let mode = settings.localMode { return try await runLocally(mode) }
            let reader = SettingsReader(context: context, scriptDirectory: directory)
            configuration = try settings.configuration(secret: try await reader.secret(of: settings))
            configuration.network = try settings.network(reader)
        } catch let error as SettingsError {
            throw error.failure
        } catch let error as SpeedPixError where error.code == .configuration {
            throw Self.explained(error)
        }
        return try await body(
            ServiceTarget(
                configuration,
                identity: .init(endpoint: configuration.endpoint, appKey: configuration.appKey)))
    }

    /// Every setting, and where it came from.
    ///
    /// - Throws: ``SettingsError``.
    func settings(_ context: CommandContext, beside directory: String? = nil) throws(SettingsError) -> ResolvedSettings
    {
        var flags: [Setting: (value: String, name: String)] = [:]
        if let endpoint { flags[.endpoint] = (endpoint, "--endpoint") }
        if let profile { flags[.profile] = (profile, "--profile") }
        let files = try SettingsReader(context: context, scriptDirectory: directory).files()
        return try ResolvedSettings(flags: flags, environment: context.environment, files: files)
    }

    /// The secrets that there are, whether this command uses one or not: none may be shown or kept. No command is run.
    ///
    /// - Parameter directory: The folder of the script, if there is one.
    func heldSecrets(_ context: CommandContext, beside directory: String? = nil) -> [String] {
        KnownSecrets(reader: SettingsReader(context: context, scriptDirectory: directory)).all
    }

    /// The secret that a command prints, where the settings name one; nil if they do not, and if it fails.
    func secretOfCommand(_ context: CommandContext) async -> String? {
        guard let settings = try? settings(context), settings.secret?.setting == .appSecretCommand else { return nil }
        return try? await SettingsReader(context: context, scriptDirectory: nil).secret(of: settings)
    }

    /// How to say which service is meant: what to write, and where or what it is.
    private static let waysToConfigure = [
        ("export SPEEDPIX_APP_KEY=… SPEEDPIX_APP_SECRET=…", "with the values from the console"),
        ("app_key = \"…\" and app_secret_file = \"…\"", "in ~/.config/speedpix/speedpix.toml, for good"),
        ("--local", "no account: a gateway on this machine"),
    ]

    private static func explained(_ error: SpeedPixError) -> CommandFailure {
        guard error.cause is SpeedPixClient.Configuration.MissingCredential else {
            return CommandFailure(.configuration, error)
        }
        let lines = waysToConfigure.map { what, explanation in
            "  \(what)\(String(repeating: " ", count: max(50 - what.count, 1)))\(explanation)"
        }
        var failure = CommandFailure(
            .configuration, "\(error.message). There are three ways out:\n\(lines.joined(separator: "\n"))")
        failure.problem = error.message
        failure.remedies = waysToConfigure.map { "\($0) \($1)" }
        return failure
    }
}

extension ResolvedSettings {
    /// Nil if a service is meant.
    fileprivate var localMode: LocalMode? { self[.endpoint].flatMap { LocalMode(endpoint: $0.text) } }
}
