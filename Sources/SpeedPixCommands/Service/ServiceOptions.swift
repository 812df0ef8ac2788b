import ArgumentParser
import SpeedPix

/// Which service a command talks to, and as whom.
struct ServiceOptions: ParsableArguments {
    @Flag(help: "Use a gateway inside this process: no account, no network, nothing to pay.")
    var local = false

    @Option(help: ArgumentHelp("The service; 'local' is the same as --local.", valueName: "URL"))
    var endpoint: String?

    @Option(help: ArgumentHelp("The profile of speedpix.toml that counts.", valueName: "NAME"))
    var profile: String?

    func validate() throws {
        if local, let endpoint, endpoint != LocalGateway.name {
            throw ValidationError("--local and --endpoint \(endpoint) exclude each other")
        }
    }

    /// Whether what is created ends with this process.
    ///
    /// - Parameter directory: The folder of the script, if there is one.
    func isLocal(_ context: CommandContext, beside directory: String? = nil) -> Bool {
        if let isLocal = isLocalByFlag { return isLocal }
        return (try? settings(context, beside: directory))?[.endpoint]?.text == LocalGateway.name
    }

    /// Refuses a gateway that ends with this very command.
    ///
    /// - Parameter what: What would end with it, as messages begin.
    func requireLasting(_ context: CommandContext, _ what: String) throws {
        guard isLocal(context) else { return }
        throw CommandFailure(
            .usage,
            "\(what) at the local gateway ends with the command that made it\nhint: run \"speedpix serve\" and use its endpoint"
        )
    }

    /// Whether anything says which service is meant: a flag, a variable or a file.
    func needsConfiguration(_ context: CommandContext) -> Bool {
        guard isLocalByFlag == nil, let settings = try? settings(context) else { return true }
        return settings[.appKey] != nil || settings.secret != nil || settings[.endpoint] != nil
    }

    /// Nil if the flags do not say it.
    private var isLocalByFlag: Bool? {
        if local { return true }
        return endpoint.map { $0 == LocalGateway.name }
    }

    /// Runs `body` with what a client needs; for `--local` a gateway runs as long, and no settings are looked at.
    ///
    /// - Parameter directory: The folder of the script, if there is one: its `speedpix.toml` counts.
    /// - Throws: ``CommandFailure`` with ``ExitStatus/configuration`` if settings or credentials are missing or wrong.
    func withConfiguration<Result>(
        _ context: CommandContext, beside directory: String? = nil, _ body: (Configuration) async throws -> Result
    ) async throws -> Result {
        if isLocalByFlag == true { return try await LocalGateway.withClientConfiguration(context, body) }
        var configuration: Configuration
        do {
            let settings = try settings(context, beside: directory)
            if settings[.endpoint]?.text == LocalGateway.name {
                return try await LocalGateway.withClientConfiguration(context, body)
            }
            let reader = SettingsReader(context: context, scriptDirectory: directory)
            configuration = try settings.configuration(secret: try await reader.secret(of: settings))
            configuration.network = try settings.network(reader)
        } catch let error as SettingsError {
            throw error.failure
        } catch let error as SpeedPixError where error.code == .configuration {
            throw CommandFailure(.configuration, Self.explained(error))
        }
        return try await body(configuration)
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
        HeldSecrets(reader: SettingsReader(context: context, scriptDirectory: directory)).all
    }

    /// The secret that a command prints, where the settings name one; nil if they do not, and if it fails.
    func secretOfCommand(_ context: CommandContext) async -> String? {
        guard let settings = try? settings(context), settings.secret?.setting == .appSecretCommand else { return nil }
        return try? await SettingsReader(context: context, scriptDirectory: nil).secret(of: settings)
    }

    /// Between what is missing and what can be done.
    static let waysOut = ". There are three ways out:"

    private static func explained(_ error: SpeedPixError) -> String {
        guard error.message.hasSuffix("is missing") else { return ErrorText.describe(error) }
        return """
            \(error.message)\(waysOut)
              export SPEEDPIX_APP_KEY=… SPEEDPIX_APP_SECRET=…    with the values from the console
              app_key = "…" and app_secret_file = "…"           in ~/.config/speedpix/speedpix.toml, for good
              --local                                           no account: a gateway on this machine
            """
    }
}
