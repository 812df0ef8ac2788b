/// How a prediction is created.
public struct CreateOptions: Sendable {
    /// Which published version to run, by its alias. Unset, it is `main` unless ``versionID`` is set.
    public var aliasID: String?
    /// Which published version to run, by its id.
    public var versionID: String?
    /// Whether the service picks new seeds.
    public var randomiseSeeds: Bool?
    /// Whether temporary files of the workflow are returned too.
    public var returnTempFiles: Bool?
    /// Computing resources in order of preference; empty for the shared pool.
    public var resourceConfigIDs: [String] = []

    /// The published `main` version, and everything else as the service has it.
    public init() {}
}

/// How a prediction is waited for.
public struct WaitOptions: Sendable {
    /// Long enough for long videos in a long queue, short enough that a nightly run ends by itself.
    public static let defaultTimeout: Duration = .seconds(3600)

    /// The whole wait; the prediction goes on at the service when it passes. Default one hour.
    /// A last look at the deadline may take up to a second more.
    public var timeout: Duration = WaitOptions.defaultTimeout
    /// A fixed time between polls; nil for an adaptive one, which is quicker and asks less.
    public var pollingInterval: Duration?
    /// Called after each poll that changed something. What it throws ends the wait; the prediction goes on.
    public var onProgress: (@Sendable (Prediction) async throws -> Void)?

    /// One hour, adaptive polling, nobody told of progress.
    public init() {}
}
