package import SpeedPix

/// What a node's field has.
package enum GraphInput: Sendable, Hashable {
    case value(JSONValue)
    /// An output of another node, counted from 0.
    case link(node: String, output: Int)

    /// The value; nil for a link.
    package var value: JSONValue? {
        if case .value(let value) = self { value } else { nil }
    }

    /// The node that the field takes an output of; nil for a value.
    package var linkedNode: String? {
        if case .link(let node, _) = self { node } else { nil }
    }

    /// As a server reads it.
    package var json: JSONValue {
        switch self {
        case .value(let value): value
        case .link(let node, let output): [.string(node), .integer(Int64(output))]
        }
    }
}

/// One node of a workflow.
package struct GraphNode: Sendable, Hashable {
    package var classType: String
    /// What each field has, by its name. Fields may have dots in their names.
    package var inputs: [String: GraphInput]
    /// The member `_meta`, as it was.
    package var meta: [String: JSONValue]?
    /// Members that this type does not know, as they were.
    package var otherMembers: [String: JSONValue]

    package init(_ classType: String, title: String? = nil, inputs: [String: GraphInput] = [:]) {
        self.classType = classType
        self.inputs = inputs
        meta = title.map { ["title": .string($0)] }
        otherMembers = [:]
    }

    /// What the node is called in ComfyUI; nil if that is not known. Several nodes may have the same title.
    package var title: String? {
        guard let title = meta?["title"]?.stringValue, !title.isEmpty else { return nil }
        return title
    }

    /// The nodes that its fields take something of.
    package var linkedNodes: Set<String> { Set(inputs.values.compactMap(\.linkedNode)) }

    /// - Parameters:
    ///   - ids: The nodes that there are.
    ///   - id: Its own, for messages.
    /// - Throws: ``GraphProblem`` `notAGraph`.
    init(_ json: JSONValue, id: String, among ids: Set<String>) throws(GraphProblem) {
        guard var members = json.objectValue else {
            throw .notAGraph("its member \"\(id.prefix(60))\" is not an object, and so no node")
        }
        guard let classType = members.removeValue(forKey: "class_type")?.stringValue, !classType.isEmpty else {
            throw .notAGraph("its node \"\(id.prefix(60))\" has no class_type")
        }
        guard let fields = (members.removeValue(forKey: "inputs") ?? [:]).objectValue else {
            throw .notAGraph("the inputs of its node \"\(id.prefix(60))\" are not an object")
        }
        self.classType = classType
        inputs = fields.mapValues { Self.input($0, among: ids) }
        meta = members["_meta"]?.objectValue
        if meta != nil { members["_meta"] = nil }
        // A server writes it into the pictures that it saves. With it, another server takes the node for unchanged although
        // the file that it reads is another one.
        members["is_changed"] = nil
        otherMembers = members
    }

    /// As a server reads it.
    package var json: JSONValue {
        var members = otherMembers
        members["class_type"] = .string(classType)
        members["inputs"] = .object(inputs.mapValues(\.json))
        if let meta { members["_meta"] = .object(meta) }
        return .object(members)
    }

    /// A list of a text and a whole number is a link for every server. One of two numbers may be a size as well, so that it
    /// counts as a link only if there is such a node.
    private static func input(_ value: JSONValue, among ids: Set<String>) -> GraphInput {
        guard let pair = value.arrayValue, pair.count == 2, case .integer(let number) = pair[1],
            let output = Int(exactly: number), output >= 0
        else { return .value(value) }
        switch pair[0] {
        case .string(let node): return .link(node: node, output: output)
        case .integer(let node) where ids.contains(String(node)): return .link(node: String(node), output: output)
        default: return .value(value)
        }
    }
}
