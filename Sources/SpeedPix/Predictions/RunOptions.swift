/// How a prediction is created.
public struct CreateOptions: Sendable {
    /// Which published version to run, by its alias. Unset, it is `main` unless ``versionID`` is set.
    public var aliasID: String?
    /// Which published version to run, by its id.
    public var versionID: String?
    /// Whether the service picks new seeds.
    public var randomizeSeeds: Bool?
    /// Whether temporary files of the workflow are returned too.
    public var returnTempFiles: Bool?
    /// Computing resources in order of preference; empty for the shared pool. See ``resourceConfigID``.
    public var resourceConfigIDs: [String] = []
    /// How the input's files travel. By default they are uploaded.
    public var fileEncoding = FileEncoding.url
    /// What the caller calls the prediction, for its own lists: an article's number. It becomes ``Prediction/label`` and is
    /// not sent.
    public var label: String?
    /// Where in its run the create stands, for the client's journal. It is not sent.
    public var position: CreatePosition?

    /// The one computing resource to use, nil for the shared pool; the first of ``resourceConfigIDs``.
    public var resourceConfigID: String? {
        get { resourceConfigIDs.first }
        set { resourceConfigIDs = newValue.map { [$0] } ?? [] }
    }

    /// The published `main` version, and everything else as the service has it.
    public init(
        aliasID: String? = nil, versionID: String? = nil, randomizeSeeds: Bool? = nil, returnTempFiles: Bool? = nil,
        resourceConfigIDs: [String] = [], fileEncoding: FileEncoding = .url, label: String? = nil
    ) {
        self.aliasID = aliasID
        self.versionID = versionID
        self.randomizeSeeds = randomizeSeeds
        self.returnTempFiles = returnTempFiles
        self.resourceConfigIDs = resourceConfigIDs
        self.fileEncoding = fileEncoding
        self.label = label
    }
}

extension CreateOptions {
    /// Those that go into a create's body, and so say what is created.
    var body: [String: JSONValue] {
        var body: [String: JSONValue] = [:]
        if let versionID {
            body["version_id"] = .string(versionID)
        } else {
            body["alias_id"] = .string(aliasID ?? "main")
        }
        if let randomizeSeeds { body["randomise_seeds"] = .bool(randomizeSeeds) }
        if let returnTempFiles { body["return_temp_files"] = .bool(returnTempFiles) }
        return body
    }
}

/// How a prediction is waited for.
public struct WaitOptions: Sendable {
    /// How long a service may say nothing of a prediction, in a wait without a ``timeout``. Half an hour outlasts its
    /// restarts and outages of the network; jobs of more than two hours are known.
    public static let defaultIdleTimeout: Duration = .seconds(1800)

    // Behind a reference, which waits that begin with the same options share: each of them has several copies in its frames.
    private struct Fields: Sendable {
        var timeout: Duration?
        var idleTimeout: Duration
        var pollingInterval: Duration?
        var onProgress: (@Sendable (Prediction) async throws -> Void)?
        var cancelOn: CancelCondition?
        var onCancel: (@Sendable (Prediction, SpeedPixError?) async -> Void)?
    }

    private indirect enum Content: Sendable {
        case fields(Fields)
    }

    private var content: Content

    private var fields: Fields {
        get {
            switch content {
            case .fields(let fields): fields
            }
        }
        set { content = .fields(newValue) }
    }

    /// The whole wait, whatever the service says; the prediction goes on there when it passes. Nil, the default, for as
    /// long as the service says that it goes on, see ``idleTimeout``. A last poll at the deadline may take up to a second
    /// more.
    public var timeout: Duration? {
        get { fields.timeout }
        set { fields.timeout = newValue?.withinYears }
    }
    /// How long the service may not have said that the prediction goes on, by a status that is known or by progress that
    /// moves, before a wait without a ``timeout`` ends with the error `timeout`. Default ``defaultIdleTimeout``.
    public var idleTimeout: Duration {
        get { fields.idleTimeout }
        set { fields.idleTimeout = newValue.withinYears }
    }
    /// A fixed time between polls; nil for an adaptive one, which is quicker and asks less. The first poll never waits
    /// for longer than 0.3 s of it.
    public var pollingInterval: Duration? {
        get { fields.pollingInterval }
        set { fields.pollingInterval = newValue?.withinYears }
    }
    /// Called after each poll that changed something. What it throws ends the wait; the prediction goes on.
    public var onProgress: (@Sendable (Prediction) async throws -> Void)? {
        get { fields.onProgress }
        set { fields.onProgress = newValue }
    }
    /// Whether giving up ends the prediction at the service, too. By default it goes on. The cancelling takes no longer than
    /// ``Predictions/cancelLimit``.
    public var cancelOn: CancelCondition? {
        get { fields.cancelOn }
        set { fields.cancelOn = newValue }
    }
    /// Called with the result of that: the prediction as the service has it now, and why it could not be canceled, e.g.
    /// `unsupported`; then it goes on. Within the wait, also if its task is cancelled.
    public var onCancel: (@Sendable (Prediction, SpeedPixError?) async -> Void)? {
        get { fields.onCancel }
        set { fields.onCancel = newValue }
    }

    /// No timeout while the service says that the prediction goes on, adaptive polling, no callback for progress; what
    /// is given up goes on at the service.
    public init(
        timeout: Duration? = nil, idleTimeout: Duration = WaitOptions.defaultIdleTimeout,
        pollingInterval: Duration? = nil, onProgress: (@Sendable (Prediction) async throws -> Void)? = nil,
        cancelOn: CancelCondition? = nil, onCancel: (@Sendable (Prediction, SpeedPixError?) async -> Void)? = nil
    ) {
        content = .fields(
            Fields(
                timeout: timeout?.withinYears, idleTimeout: idleTimeout.withinYears,
                pollingInterval: pollingInterval?.withinYears, onProgress: onProgress, cancelOn: cancelOn,
                onCancel: onCancel))
    }
}

/// How a prediction is created and waited for in one go.
public struct RunOptions: Sendable {
    /// How it is created.
    public var create: CreateOptions
    /// How it is waited for. Its ``WaitOptions/timeout`` is the deadline for the whole run, uploads included.
    public var wait: WaitOptions
    /// Called as soon as there is an id: from then on it is paid for, and can be found again by the id.
    public var onCreated: (@Sendable (Prediction) async -> Void)?
    /// Called instead of that if the client's journal had it already: nothing was sent, and nothing new is paid for.
    public var onReused: (@Sendable (Prediction) async -> Void)?

    /// The published `main` version, no timeout, adaptive polling.
    public init(
        create: CreateOptions = CreateOptions(), wait: WaitOptions = WaitOptions(),
        onCreated: (@Sendable (Prediction) async -> Void)? = nil
    ) {
        self.create = create
        self.wait = wait
        self.onCreated = onCreated
    }
}
