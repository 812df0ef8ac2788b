import SpeedPix
import SpeedPixLua

extension ScriptHost {
    /// The host of a command: its streams, its clock, and what the sandbox options allow.
    ///
    /// - Parameter directory: The script's folder, where `require` looks; nil if it has none.
    /// - Parameter isVerbose: Whether `log.debug` is shown, too.
    init(
        _ configuration: Configuration, sandbox: SandboxOptions, arguments: [String: String] = [:],
        directory: String?, isVerbose: Bool, _ context: CommandContext
    ) {
        var dependencies = ClientDependencies()
        dependencies.clock = context.clock
        dependencies.now = context.now
        self.init(
            client: SpeedPixClient(configuration, dependencies: dependencies),
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
