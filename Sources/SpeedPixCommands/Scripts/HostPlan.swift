import SpeedPix
import SpeedPixLua

/// Everything that is decided about what a script works with. The streams are ``ScriptOutput``'s.
struct HostPlan: Sendable {
    var configuration: SpeedPixClient.Configuration
    var files: FileAccess
    var environment: ScriptEnvironment
    /// `key=value` arguments for `speedpix.params`.
    var arguments: [String: String]
    /// The script's folder, where `require` looks; nil if it has none.
    var directory: String?
    /// Whether standard input is there for the script.
    var readsInput = true
    /// Whether `log.debug` is shown, too.
    var isVerbose = false
    /// Carries the calls; the network if nil.
    var transport: (any HTTPTransport)?
    var middleware: [any ClientMiddleware] = []
    /// Where creates are written down; in memory if nil.
    var journal: (any PredictionJournal)?
    /// What `math.random` begins with; nil for something that is drawn.
    var seed: Int64?
    /// Whether what is left unfinished is canceled at the service.
    var cancelsOnStop = false

    /// - Parameters:
    ///   - directory: The script's folder; nil if it has none.
    ///   - journal: Where journals lie; scripts may not reach them.
    init(
        _ configuration: SpeedPixClient.Configuration, sandbox: SandboxOptions, arguments: [String: String] = [:],
        directory: String?, journal: JournalPlace? = nil, in context: CommandContext
    ) {
        self.configuration = configuration
        files = sandbox.files(
            directory: directory, named: Array(arguments.values),
            withheld: (journal ?? JournalPlace(nil, beside: directory, context)).withheld, context)
        environment = sandbox.environment(context)
        self.arguments = arguments
        self.directory = directory
    }
}

extension ScriptHost {
    /// The one place where a command's host is made.
    ///
    /// - Parameters:
    ///   - output: Where what the script prints, logs and shows goes.
    ///   - createLimit: Counts its creates; nil for as many as it likes.
    ///   - onEvent: Hears what it does.
    ///   - onParameters: Set to ask it for its parameters only.
    init(
        _ plan: HostPlan, output: ScriptOutput, _ context: CommandContext, createLimit: CreateLimit? = nil,
        onEvent: @escaping @Sendable (ScriptEvent) -> Void,
        onParameters: (@Sendable ([Parameter]) -> Void)? = nil
    ) {
        var dependencies = ClientDependencies(context, transport: plan.transport)
        dependencies.onRetry = { onEvent(.retried($0)) }
        dependencies.journal = (plan.journal ?? dependencies.journal).counted(by: createLimit)
        self.init(
            client: SpeedPixClient(plan.configuration, dependencies: dependencies, middleware: plan.middleware),
            files: plan.files, arguments: plan.arguments, clock: context.clock, write: output.write, onEvent: onEvent,
            onParameters: onParameters)
        writeError = output.writeError
        log = output.log
        display = output.display
        if plan.readsInput { readInput = context.readInput }
        moduleDirectory = plan.directory
        environment = plan.environment
        cancelsOnStop = plan.cancelsOnStop
    }
}

extension ClientDependencies {
    /// A client's, as a command has them.
    ///
    /// - Parameter transport: Carries the calls; the network if nil.
    init(_ context: CommandContext, transport: (any HTTPTransport)? = nil) {
        self.init(transport: transport, clock: context.clock, now: context.now)
    }
}
