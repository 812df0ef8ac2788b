public import SpeedPix

/// What a script works with: the service, its folders in the file system, and who hears what it does.
///
/// ``SpeedPixModule/machine(_:adding:limits:seed:)`` makes a VM for it. `examples/LuaHost` is a program with a host of its own.
public struct ScriptHost: Sendable {
    /// Reaches the service; not used while ``onParameters`` is set.
    public var client: SpeedPixClient
    /// Which files the script may read and write, and where relative paths start.
    public var files: FileAccess
    /// `key=value` arguments for `speedpix.params`.
    public var arguments: [String: String]
    /// Measures `speedpix.sleep`.
    public var clock: any Clock<Duration>
    /// The script's standard output; it throws when nobody reads any more.
    public var write: @Sendable ([UInt8]) throws -> Void
    /// The script's standard error; what cannot be written is lost. Nobody hears it unless set.
    public var writeError: @Sendable ([UInt8]) -> Void = { _ in }
    /// All of standard input; empty unless set.
    public var readInput: @Sendable () throws -> [UInt8] = { [] }
    /// Hears what the script logs. Nobody does unless set.
    public var log: @Sendable (ScriptLogLevel, String) -> Void = { _, _ in }
    /// Where `require` finds modules: the script's folder; nil if it has none.
    public var moduleDirectory: String?
    /// Where `show` puts pictures; nil if it can only say what they are. Nil unless set.
    public var display: PictureDisplay?
    /// What `os.getenv` gives. Nothing unless set.
    public var environment = ScriptEnvironment()
    /// Hears of everything worth telling: called in order for each prediction, from any thread.
    public var onEvent: @Sendable (ScriptEvent) -> Void
    /// Whether predictions of this run that the script is stopped in the middle of are canceled at the service, unless the
    /// script says otherwise with `cancel_on`.
    public var cancelsOnStop = false
    /// Whether this is a dry run, which it is with an overlay over ``files``: outputs are stood in for by placeholders,
    /// and ``client`` should be one that sends nothing.
    public var isDryRun: Bool { files.overlay != nil }
    /// Tells the transfers of a run apart.
    let transferNumbers = TransferNumbers()
    /// What the script has created.
    let createdIDs = CreatedIDs()
    /// What it has said with `cancel_on` that a stop is not to end.
    let uncanceledIDs = PredictionIDs()
    /// What could not be canceled, and was told of.
    let refusedIDs = PredictionIDs()
    /// If set, `speedpix.params` hands its declaration here and ends the script by an error; nothing is sent to the service. A
    /// script that wants to reach it before declares nothing, and ends by a ``ParametersOnlyError``.
    public var onParameters: (@Sendable ([Parameter]) -> Void)?

    /// A host without arguments, on the real clock, to which nobody listens, unless given.
    public init(
        client: SpeedPixClient,
        files: FileAccess,
        arguments: [String: String] = [:],
        clock: any Clock<Duration> = ContinuousClock(),
        write: @escaping @Sendable ([UInt8]) throws -> Void,
        onEvent: @escaping @Sendable (ScriptEvent) -> Void = { _ in },
        onParameters: (@Sendable ([Parameter]) -> Void)? = nil
    ) {
        self.client = client
        self.files = files
        self.arguments = arguments
        self.clock = clock
        self.write = write
        self.onEvent = onEvent
        self.onParameters = onParameters
    }
}

/// How much a line of a script's log matters.
public enum ScriptLogLevel: String, Sendable, CaseIterable {
    case debug, info, warn, error
}
