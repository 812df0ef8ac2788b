import SpeedPix
import SpeedPixLua

extension ScriptHost {
    /// Makes the host of a command's script; no command makes one otherwise.
    ///
    /// - Parameters:
    ///   - streams: Where what the script prints, logs and shows goes; its input is the plan's.
    ///   - journal: Where creates are written down; nil for memory.
    ///   - overlay: Takes what the script writes, in a dry run; nil for a real one.
    ///   - createLimit: Counts its creates; nil for as many as it likes.
    ///   - onEvent: Receives every event of the script.
    ///   - onParameters: Set to ask it for its parameters only.
    init(
        _ plan: HostPlan, streams: ScriptStreams, _ context: CommandContext,
        journal: (any PredictionJournal)? = nil, overlay: FileOverlay? = nil, createLimit: CreateLimit? = nil,
        onEvent: @escaping @Sendable (ScriptEvent) -> Void,
        onParameters: (@Sendable ([Parameter]) -> Void)? = nil
    ) {
        var dependencies = ClientDependencies(
            context, transport: plan.transport, journal: journal, onRetry: { onEvent(.retried($0)) })
        dependencies.journal = dependencies.journal.checked(by: plan.createCheck).counted(by: createLimit)
        self.init(
            plan,
            client: SpeedPixClient(plan.configuration, dependencies: dependencies, middleware: plan.middleware),
            streams: streams, context, overlay: overlay, onEvent: onEvent, onParameters: onParameters)
    }

    /// The same with a client that is there, as the rows of a batch share one.
    ///
    /// - Parameter client: With the journal of this script.
    init(
        _ plan: HostPlan, client: SpeedPixClient, streams: ScriptStreams, _ context: CommandContext,
        overlay: FileOverlay? = nil, onEvent: @escaping @Sendable (ScriptEvent) -> Void,
        onParameters: (@Sendable ([Parameter]) -> Void)? = nil
    ) {
        self.init(
            client: client,
            files: plan.files.overlaid(by: overlay),
            streams: plan.readsInput ? streams.reading(context.readInput) : streams,
            arguments: plan.arguments, clock: context.clock, moduleDirectory: plan.directory,
            environment: plan.environment, cancelsOnStop: plan.cancelsOnStop, onEvent: onEvent,
            onParameters: onParameters)
    }
}
