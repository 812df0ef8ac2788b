public import SpeedPix

/// A prediction that was created at a ``StubTransport``, with what the client sent for it.
public struct StubPrediction: Sendable, Hashable, Identifiable {
    /// `stub-1`, `stub-2` … in the order of the creates.
    public let id: String
    /// The workflow, as the client named it.
    public let workflowID: String
    /// The input as it was sent, files replaced by their URLs; see ``StubTransport/upload(at:)``.
    public var input: [String: JSONValue] = [:]
    /// The published version by its alias; nil if the create named one by ``versionID``.
    public var aliasID: String?
    /// The published version by its id.
    public var versionID: String?
    /// Whether the client asked for new seeds; nil if it said nothing of them.
    public var randomizeSeeds: Bool?
    /// Whether the client asked for the workflow's temporary files; nil if it said nothing of them.
    public var returnTempFiles: Bool?
    /// Computing resources in order of preference; empty for the shared pool.
    public var resourceConfigIDs: [String] = []
    /// How often the client asked how it stands, calls that went wrong included.
    public var pollCount = 0
    /// Whether the client canceled it before it had ended.
    public var isCanceled = false
}
