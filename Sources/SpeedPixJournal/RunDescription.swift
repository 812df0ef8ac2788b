/// By what a run is known again: the same script with the same parameters, in the same folder, for the same account.
public struct RunDescription: Sendable, Hashable, Codable {
    /// The script's path, as the file system has it; empty for none.
    public var script: String
    /// The working folder.
    public var folder: String
    /// Of a batch: where its rows come from, as an absolute path, or the pattern of their files. Nil for a run of a script.
    public var rows: String?
    /// Of a batch: the column by whose values its rows are known again; nil for a digest of all their values.
    public var rowKey: String?
    /// `key=value` arguments.
    public var parameters: [String: String]
    /// The service; of a gateway inside the process, its data folder.
    public var endpoint: String
    /// The application's key. Never the secret.
    public var appKey: String
    /// The command line, to begin it again.
    public var command: [String]

    /// A run that is about to begin.
    public init(
        script: String, folder: String, rows: String? = nil, rowKey: String? = nil, parameters: [String: String] = [:],
        endpoint: String,
        appKey: String, command: [String] = []
    ) {
        self.script = script
        self.folder = folder
        self.rows = rows
        self.rowKey = rowKey
        self.parameters = parameters
        self.endpoint = endpoint
        self.appKey = appKey
        self.command = command
    }

    /// Whether a run with this description goes on with one that has the other: whatever the command lines.
    public func isSameRun(as other: RunDescription) -> Bool {
        var other = other
        other.command = command
        return self == other
    }
}
