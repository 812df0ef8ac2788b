import SpeedPix
import SpeedPixLua

/// Everything that is decided about what a script works with before it runs, but its streams.
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
        files = sandbox.files(
            directory: directory, named: Array(arguments.values),
            withheld: (journal ?? JournalFolder(nil, beside: directory, context)).withheld, watched: watched, context)
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
    ///   - streams: Where what the script prints, logs and shows goes; its input is the plan's.
    ///   - journal: Where creates are written down; in memory if nil.
    ///   - overlay: Takes what the script writes, in a dry run; nil for a real one.
    ///   - createLimit: Counts its creates; nil for as many as it likes.
    ///   - onEvent: Receives every event of the script.
    ///   - onParameters: Set to ask it for its parameters only.
    init(
        _ plan: HostPlan, streams: ScriptStreams, _ context: CommandContext,
        journal: any PredictionJournal = MemoryJournal(), overlay: FileOverlay? = nil, createLimit: CreateLimit? = nil,
        onEvent: @escaping @Sendable (ScriptEvent) -> Void,
        onParameters: (@Sendable ([Parameter]) -> Void)? = nil
    ) {
        let dependencies = ClientDependencies(
            context, transport: plan.transport, journal: journal.counted(by: createLimit),
            onRetry: { onEvent(.retried($0)) })
        self.init(
            client: SpeedPixClient(plan.configuration, dependencies: dependencies, middleware: plan.middleware),
            files: plan.files.overlaid(by: overlay),
            streams: plan.readsInput ? streams.reading(context.readInput) : streams,
            arguments: plan.arguments, clock: context.clock, moduleDirectory: plan.directory,
            environment: plan.environment, cancelsOnStop: plan.cancelsOnStop, onEvent: onEvent,
            onParameters: onParameters)
    }
}

extension ClientDependencies {
    /// A client's, as a command has them.
    ///
    /// - Parameters:
    ///   - transport: Carries the calls; the network if nil.
    ///   - journal: Where creates are written down.
    ///   - onRetry: Receives each call that is made once more.
    init(
        _ context: CommandContext, transport: (any HTTPTransport)? = nil,
        journal: any PredictionJournal = MemoryJournal(), onRetry: (@Sendable (ClientOperation) -> Void)? = nil
    ) {
        self.init(transport: transport, clock: context.clock, now: context.now)
        self.journal = journal
        self.onRetry = onRetry
    }
}
