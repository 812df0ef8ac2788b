public import SpeedPix

/// What a script works with: the service, its folders in the file system, its streams, and where its events go.
///
/// ``SpeedPixModule/makeVM(_:adding:limits:seed:)`` makes a VM for it. `examples/LuaHost` is a program with a host of its own.
public struct ScriptHost: Sendable {
    /// Reaches the service; not used while ``onParameters`` is set.
    public var client: SpeedPixClient
    /// Which files the script may read and write, and where relative paths start.
    public var files: FileAccess
    /// What it prints, logs, shows and reads.
    public var streams: ScriptStreams
    /// `key=value` arguments for `speedpix.params`.
    public var arguments: [String: String]
    /// Measures `speedpix.sleep`.
    public var clock: any Clock<Duration>
    /// Where `require` finds modules: the script's folder; nil if it has none.
    public var moduleDirectory: String?
    /// What `os.getenv` gives.
    public var environment: ScriptEnvironment
    /// Whether predictions of this run that the script is stopped in the middle of are canceled at the service, unless the
    /// script says otherwise with `cancel_on`.
    public var cancelsOnStop: Bool
    /// Receives every event: in order for each prediction, from any thread.
    public var onEvent: @Sendable (ScriptEvent) -> Void
    /// If set, `speedpix.params` hands its declaration here and ends the script by an error; nothing is sent to the service. A
    /// script that wants to reach it before declares nothing, and ends by a ``ParametersOnlyError``.
    public var onParameters: (@Sendable ([Parameter]) -> Void)?
    /// Whether this is a dry run, which it is with an overlay over ``files``: outputs are placeholders,
    /// and ``client`` should be one that sends nothing.
    public var isDryRun: Bool { files.overlay != nil }
    /// Those of a script that a session has loaded count instead of ``arguments``.
    private let loadedArguments = ScriptArguments()
    /// Numbers the transfers of a run.
    let transferNumbers = TransferNumbers()
    /// The names that its results were saved under; that of a row of a batch knows those of the other rows.
    package var savedNames = SavedNames()
    /// What the script has created; `speedpix.get` and `speedpix.cancel` look up beginnings of ids in it.
    let createdIDs = CreatedIDs()
    /// What a stop is not to end, although the run cancels what it gives up: `cancel_on` says so, or another run has created it.
    /// ``cancelAbandoned(_:)`` leaves these out.
    let uncanceledIDs = PredictionIDs()
    /// What could not be canceled, and was reported; ``reportCancellation(of:failure:)`` reports each once.
    let refusedIDs = PredictionIDs()

    /// A host without arguments, modules and environment, on the real clock, whose events are dropped, unless given.
    public init(
        client: SpeedPixClient,
        files: FileAccess,
        streams: ScriptStreams,
        arguments: [String: String] = [:],
        clock: any Clock<Duration> = TimerClock(),
        moduleDirectory: String? = nil,
        environment: ScriptEnvironment = ScriptEnvironment(),
        cancelsOnStop: Bool = false,
        onEvent: @escaping @Sendable (ScriptEvent) -> Void = { _ in },
        onParameters: (@Sendable ([Parameter]) -> Void)? = nil
    ) {
        self.client = client
        self.files = files
        self.streams = streams
        self.arguments = arguments
        self.clock = clock
        self.moduleDirectory = moduleDirectory
        self.environment = environment
        self.cancelsOnStop = cancelsOnStop
        self.onEvent = onEvent
        self.onParameters = onParameters
    }

    /// What `speedpix.params` reads.
    var currentArguments: [String: String] { loadedArguments.value ?? arguments }

    /// Whether `speedpix.params` has read them.
    var haveArgumentsBeenRead: Bool { loadedArguments.areRead }

    /// What is wrong with the arguments of a script that has ended and never called `speedpix.params`, so that they were not read. Nil
    /// if it did, or there are none.
    public var unreadArguments: ParameterError? {
        guard !haveArgumentsBeenRead, let name = currentArguments.keys.min() else { return nil }
        return ParameterError(
            message: "the script has no parameter '\(name)': it declares none", hint: "declare it with speedpix.params",
            parameters: [])
    }

    func noteParametersRead() { loadedArguments.areRead = true }

    /// Gives `speedpix.params` other arguments from now on, in this host and its copies: for a session that loads scripts.
    public func load(arguments: [String: String]) { loadedArguments.value = arguments }
}
