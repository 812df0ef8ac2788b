import SpeedPix
import SpeedPixLua

extension ScriptHost {
    /// The host of a command: its streams, its clock, and what the sandbox options allow.
    ///
    /// - Parameter directory: The script's folder, where `require` looks; nil if it has none.
    /// - Parameter isVerbose: Whether `log.debug` is shown, too.
    /// - Parameter transport: Carries the calls; the network if nil.
    /// - Parameter onRetry: Hears of each call that is made once more.
    init(
        _ configuration: Configuration, sandbox: SandboxOptions, arguments: [String: String] = [:],
        directory: String?, isVerbose: Bool, _ context: CommandContext, transport: (any HTTPTransport)? = nil,
        onRetry: (@Sendable (ClientOperation) -> Void)? = nil
    ) {
        self.init(
            client: SpeedPixClient(
                configuration, dependencies: ClientDependencies(context, transport: transport),
                metrics: onRetry.map { RetryCounter($0) }),
            files: sandbox.files(directory: directory, named: Array(arguments.values), context),
            arguments: arguments, clock: context.clock, write: context.writeOutput)
        writeError = context.writeError
        moduleDirectory = directory
        environment = sandbox.environment(context)
        display = .terminal(context)
        log = { level, message in
            guard level != .debug || isVerbose else { return }
            context.say("\(level.rawValue): \(message)".printable(keepingLines: true))
        }
    }
}

extension ClientDependencies {
    /// A client's, as a command has them.
    ///
    /// - Parameter transport: Carries the calls; the network if nil.
    init(_ context: CommandContext, transport: (any HTTPTransport)? = nil) {
        self.init()
        clock = context.clock
        now = context.now
        if let transport { self.transport = transport }
    }
}
