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
