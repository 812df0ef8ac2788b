/// A workflow that a gateway offers, with what it takes.
public struct WorkflowDescription: Sendable, Hashable {
    /// One of a workflow's inputs.
    public struct Input: Sendable, Hashable {
        /// Its name in a create.
        public var name: String
        /// `string`, `integer`, `number`, `boolean`, `choice`, `image`, `mask`, `video`, `audio`, `file` or `any`.
        public var type: String
        /// Whether a create must have it.
        public var isRequired: Bool
        /// What counts where it is not given; nil for nothing.
        public var defaultValue: JSONValue?
        /// The smallest number, or the fewest characters of a text; nil for no bound.
        public var minimum: JSONValue?
        /// The largest number, or the most characters of a text; nil for no bound.
        public var maximum: JSONValue?
        /// What a choice may be.
        public var choices: [JSONValue]
        /// What it is for, in a line; empty if that is not known.
        public var help: String
    }

    /// One of a workflow's outputs.
    public struct Output: Sendable, Hashable {
        /// Its name in the output of a prediction.
        public var name: String
        /// `file`, `string`, `integer`, `number`, `boolean` or `any`.
        public var type: String
        /// Whether it is an array even of one. Otherwise one value stands alone, and several files are an array.
        public var isAlwaysArray: Bool
    }

    /// What creates name it by.
    public var id: String
    /// One line for a person.
    public var title: String
    /// What it does, in a sentence or two; empty if that is not known.
    public var summary: String
    /// What runs it: `local` for those that come with the gateway, `lua`, or `comfyui`; empty if that is not known.
    public var kind: String
    /// The version that ``inputs`` are of: what the alias `main` stands for, else the latest one.
    public var version: String
    /// All versions, the oldest first.
    public var versions: [String]
    /// Which version each alias stands for.
    public var aliases: [String: String]
    /// In the order in which they were published.
    public var inputs: [Input]
    /// What a prediction is known to give, besides `info`; empty if that shows only when it has succeeded.
    public var outputs: [Output]
}

extension WorkflowDescription {
    /// Reads a gateway's description; nil for one without an id.
    package init?(_ json: JSONValue) {
        guard let id = json["id"]?.stringValue else { return nil }
        self.id = id
        title = json["title"]?.stringValue ?? id
        summary = json["summary"]?.stringValue ?? ""
        kind = json["kind"]?.stringValue ?? ""
        version = json["version"]?.stringValue ?? ""
        versions = (json["versions"]?.arrayValue ?? []).compactMap(\.stringValue)
        aliases = (json["aliases"]?.objectValue ?? [:]).compactMapValues(\.stringValue)
        inputs = (json["inputs"]?.arrayValue ?? []).compactMap { Input($0) }
        outputs = (json["outputs"]?.arrayValue ?? []).compactMap { Output($0) }
    }
}

extension WorkflowDescription.Input {
    /// Nil for one without a name.
    fileprivate init?(_ json: JSONValue) {
        guard let name = json["name"]?.stringValue else { return nil }
        self.name = name
        type = json["type"]?.stringValue ?? "any"
        isRequired = json["required"]?.lenientBool ?? false
        defaultValue = json["default"]
        minimum = json["minimum"]
        maximum = json["maximum"]
        choices = json["choices"]?.arrayValue ?? []
        help = json["help"]?.stringValue ?? ""
    }
}

extension WorkflowDescription.Output {
    /// Nil for one without a name.
    fileprivate init?(_ json: JSONValue) {
        guard let name = json["name"]?.stringValue else { return nil }
        self.name = name
        type = json["type"]?.stringValue ?? "any"
        isAlwaysArray = json["always_array"]?.lenientBool ?? false
    }
}
