import SpeedPix
import SpeedPixLua

/// Everything that is decided about what a script works with before it runs. The streams are ``ScriptOutput``'s.
struct HostPlan: Sendable {
    let configuration: SpeedPixClient.Configuration
    let files: FileAccess
    let environment: ScriptEnvironment
    /// `key=value` arguments for `speedpix.params`.
    let arguments: [String: String]
    /// The script's folder, where `require` looks; nil if it has none.
    let directory: String?
    /// Whether standard input is there for the script.
    let readsInput: Bool
    /// Carries the calls; the network if nil.
    let transport: (any HTTPTransport)?
    let middleware: [any ClientMiddleware]
    /// Whether what is left unfinished is canceled at the service.
    let cancelsOnStop: Bool

    /// - Parameters:
    ///   - directory: The script's folder; nil if it has none.
    ///   - journal: Where journals lie; scripts may not reach them.
    ///   - watched: Hears which files the script reads and writes.
    init(
        _ configuration: SpeedPixClient.Configuration, sandbox: SandboxOptions, arguments: [String: String] = [:],
        directory: String?, journal: JournalFolder? = nil, readsInput: Bool = true,
        transport: (any HTTPTransport)? = nil, middleware: [any ClientMiddleware] = [], cancelsOnStop: Bool = false,
        watched: WatchedFiles? = nil, in context: CommandContext
    ) {
        self.configuration = configuration
        var files = sandbox.files(
            directory: directory, named: Array(arguments.values),
            withheld: (journal ?? JournalFolder(nil, beside: directory, context)).withheld, context)
        files.onRead = watched?.noteRead
        files.onWrite = watched?.noteWrite
        self.files = files
        environment = sandbox.environment(context)
        self.arguments = arguments
        self.directory = directory
        self.readsInput = readsInput
        self.transport = transport
        self.middleware = middleware
        self.cancelsOnStop = cancelsOnStop
    }
}

extension ScriptHost {
    /// Makes the host of a command's script; no command makes one otherwise.
    ///
    /// - Parameters:
    ///   - output: Where what the script prints, logs and shows goes.
    ///   - journal: Where creates are written down; in memory if nil.
    ///   - overlay: Takes what the script writes, in a dry run; nil for a real one.
    ///   - createLimit: Counts its creates; nil for as many as it likes.
    ///   - onEvent: Hears what it does.
    ///   - onParameters: Set to ask it for its parameters only.
    init(
        _ plan: HostPlan, output: ScriptOutput, _ context: CommandContext,
        journal: (any PredictionJournal)? = nil, overlay: FileOverlay? = nil, createLimit: CreateLimit? = nil,
        onEvent: @escaping @Sendable (ScriptEvent) -> Void,
        onParameters: (@Sendable ([Parameter]) -> Void)? = nil
    ) {
        var dependencies = ClientDependencies(context, transport: plan.transport)
        dependencies.onRetry = { onEvent(.retried($0)) }
        dependencies.journal = (journal ?? dependencies.journal).counted(by: createLimit)
        var files = plan.files
        files.overlay = overlay
        self.init(
            client: SpeedPixClient(plan.configuration, dependencies: dependencies, middleware: plan.middleware),
            files: files, arguments: plan.arguments, clock: context.clock, write: output.write, onEvent: onEvent,
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
