import SpeedPix

/// Which service a command talks to, from flags, the environment and settings files, which are read when it is made and not
/// again. A value: nothing has been started or sent.
struct ServiceSelection: Sendable {
    /// What becomes of predictions at the gateway inside this process; nil if a service is meant, or settings are wrong.
    let localMode: LocalMode?
    /// Whether flags say which service is meant.
    private let isGivenByFlag: Bool
    /// Whether no service is needed at all.
    private let sendsNothing: Bool
    /// With the values of flags.
    private let resolved: Result<ResolvedSettings, SettingsError>
    /// The gateway that counts where nothing says which service is meant.
    private let served: Result<ServedGateway?, SettingsError>
    /// Whether a flag asks for the gateway inside this process: then no setting counts.
    private let ignoresSettings: Bool
    /// The secrets that there are, whether this command uses one or not: none may be shown or kept. No command is run for them.
    let heldSecrets: [String]
    /// Files that may hold a secret, which no script may read or write.
    let withheldFiles: [String]
    private let reader: SettingsReader

    /// - Parameters:
    ///   - flags: What the command line gives, with the names of the flags.
    ///   - localMode: The gateway inside this process, if a flag asks for it.
    init(
        _ reader: SettingsReader, flags: [Setting: (value: String, name: String)], localMode: LocalMode?,
        isGivenByFlag: Bool, sendsNothing: Bool
    ) {
        self.reader = reader
        self.isGivenByFlag = isGivenByFlag
        self.sendsNothing = sendsNothing
        ignoresSettings = localMode != nil
        let files = Result { () throws(SettingsError) in try reader.files() }
        resolved = Result { () throws(SettingsError) in
            try ResolvedSettings(flags: flags, environment: reader.context.environment, files: try files.get())
        }
        // A file that is refused, since others may read it for instance, may hold a secret all the same.
        served = Result { () throws(SettingsError) in try ServedGateway(reader.context) }
        heldSecrets = KnownSecrets(reader: reader).all + [(try? served.get())?.secret].compactMap(\.self)
        withheldFiles = reader.withheldFiles(besides: (try? files.get()) ?? [])
        self.localMode = localMode ?? (try? resolved.get())?.localMode
    }

    /// Whether anything says which service is meant: a flag, a variable or a file.
    var isGiven: Bool {
        guard !isGivenByFlag, let settings = try? resolved.get() else { return true }
        return settings[.appKey] != nil || settings.secret != nil || settings[.endpoint] != nil
    }

    /// Whether there is a service to talk to: one that something names, or the gateway that `serve` runs.
    ///
    /// A gateway whose files others may read counts, so that whoever would use it learns what is wrong.
    var hasService: Bool {
        if isGiven { return true }
        guard case .success(nil) = served else { return true }
        return false
    }

    /// Every setting, and where it came from.
    ///
    /// - Throws: ``SettingsError``.
    func settings() throws(SettingsError) -> ResolvedSettings { try resolved.get() }

    // MARK: What the gateway inside this process is good for

    /// Refuses a gateway that has nothing but what this very command makes.
    ///
    /// - Parameter what: What would end with it, as messages begin.
    func requirePersistentGateway(_ what: String) throws {
        switch localMode {
        case nil: return
        case .persistent? where LocalDataFolder(reader.context) != nil: return
        case .persistent?, .temporary?: throw Self.temporaryRefusal(what)
        }
    }

    /// Refuses the gateway inside this process.
    ///
    /// - Parameter what: What would end with it, as messages begin.
    func refuseLocal(_ what: String) throws {
        if localMode != nil { throw Self.temporaryRefusal(what) }
    }

    private static func temporaryRefusal(_ what: String) -> CommandFailure {
        CommandFailure(
            .usage,
            "\(what) at the local gateway ends with the command that made it\nhint: run \"speedpix serve\" and use its endpoint"
        )
    }

    // MARK: Secrets

    /// The secret that a command prints, where the settings name one; nil if they do not, and if it fails.
    func secretOfCommand() async -> String? {
        guard let settings = try? resolved.get(), settings.secret?.setting == .appSecretCommand else { return nil }
        return try? await reader.secret(of: settings)
    }

    // MARK: NATS

    /// Where NATS is, and as whom to connect.
    ///
    /// - Parameter queue: What the command line says; nil for the setting.
    /// - Throws: ``CommandFailure`` with ``ExitStatus/configuration``, or ``ExitStatus/usage`` if neither says where it is.
    func nats(_ queue: String?) throws -> QueueTarget {
        do {
            return try QueueTarget(queue, try resolved.get(), reader)
        } catch let error as SettingsError {
            throw error.failure
        }
    }

    // MARK: The service

    /// Runs `body` with what a client needs; for `--local` a gateway runs as long.
    ///
    /// - Parameters:
    ///   - needsEarlier: Whether `body` is about predictions of commands before.
    ///   - isQuiet: Whether nothing is said of predictions that end with this command.
    /// - Throws: ``CommandFailure`` with ``ExitStatus/configuration`` if settings or credentials are missing or wrong.
    func withTarget<Result>(
        needsEarlier: Bool = false, isQuiet: Bool = false, _ body: (ServiceTarget) async throws -> Result
    ) async throws -> Result {
        if sendsNothing { return try await body(ServiceTarget(try DryRunTransport.configuration(reader.context))) }
        if let localMode {
            let settings = ignoresSettings ? ResolvedSettings.none : try resolved.get()
            return try await LocalGateway.withTarget(
                in: reader.context, mode: localMode, settings: settings, needsFolder: needsEarlier, isQuiet: isQuiet,
                body)
        }
        return try await body(try await serviceTarget())
    }

    private func serviceTarget() async throws -> ServiceTarget {
        do {
            let settings = try resolved.get()
            let served = isGiven ? nil : try self.served.get()
            var configuration: SpeedPixClient.Configuration
            if let served {
                configuration = try settings.configuration(of: served)
                reader.context.say("using the gateway at \(served.endpoint)".printable())
            } else {
                configuration = try settings.configuration(secret: try await reader.secret(of: settings))
            }
            configuration.network = try settings.network(reader)
            return ServiceTarget(
                configuration, settings: settings,
                identity: .init(endpoint: configuration.endpoint, appKey: configuration.appKey))
        } catch let error as SettingsError {
            throw error.failure
        } catch let error as SpeedPixError where error.code == .configuration {
            throw Self.explained(error)
        }
    }

    /// How to say which service is meant: what to write, and where or what it is.
    private static let waysToConfigure = [
        Remedy(
            action: "export SPEEDPIX_APP_KEY=… SPEEDPIX_APP_SECRET=…", explanation: "with the values from the console"),
        Remedy(
            action: "app_key = \"…\" and app_secret_file = \"…\"",
            explanation: "in ~/.config/speedpix/speedpix.toml, for good"),
        Remedy(action: "--local", explanation: "no account: a gateway on this machine"),
        Remedy(action: "speedpix serve", explanation: "the same for many commands: leave it running in another window"),
    ]

    private static func explained(_ error: SpeedPixError) -> CommandFailure {
        guard error.cause is SpeedPixClient.Configuration.MissingCredential else {
            return CommandFailure(.configuration, error)
        }
        let lines = waysToConfigure.lines.map { "\n  \($0)" }
        var failure = CommandFailure(
            .configuration, "\(error.message). There are four ways out:\(lines.joined())")
        failure.problem = error.message
        failure.remedies = waysToConfigure
        return failure
    }
}

extension ResolvedSettings {
    /// Nil if a service is meant.
    fileprivate var localMode: LocalMode? { self[.endpoint].flatMap { LocalMode(endpoint: $0.text) } }
}
