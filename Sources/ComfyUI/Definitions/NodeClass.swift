import SpeedPix

/// A class of nodes, as a server describes it.
package struct NodeClass: Sendable, Hashable {
    /// As workflows name it: `class_type`.
    package var name: String
    /// As ComfyUI shows it, and calls new nodes.
    package var displayName: String
    /// Required ones first, each group in the server's order.
    package var inputs: [NodeInputDefinition]
    /// The types of its outputs, by their numbers.
    package var outputs: [String]
    /// Whether it saves or shows something: only such a node can be asked for a result.
    package var isOutputNode: Bool
    /// Whether it calls a paid service, for credits of comfy.org.
    package var isPartnerNode: Bool

    package init(
        _ name: String, displayName: String? = nil, inputs: [NodeInputDefinition] = [], outputs: [String] = [],
        isOutputNode: Bool = false, isPartnerNode: Bool = false
    ) {
        self.name = name
        self.displayName = displayName ?? name
        self.inputs = inputs
        self.outputs = outputs
        self.isOutputNode = isOutputNode
        self.isPartnerNode = isPartnerNode
    }

    /// What a field of one of its nodes takes.
    ///
    /// - Parameters:
    ///   - field: A field, or one that the choice of another brings, such as `format.bit_depth`.
    ///   - inputs: What the node has.
    /// - Returns: Nil if the class has no such field.
    package func definition(of field: String, in inputs: [String: GraphInput] = [:]) -> NodeInputDefinition? {
        if let definition = self.inputs.first(where: { $0.name == field }) { return definition }
        for definition in self.inputs {
            if let nested = definition.nested(field, in: inputs, givesMaskOnly: givesMaskOnly) { return nested }
        }
        return nil
    }

    private var givesMaskOnly: Bool { Self.givesMaskOnly(outputs) }

    private static func givesMaskOnly(_ outputs: [String]) -> Bool {
        !outputs.isEmpty && outputs.allSatisfy { $0 == "MASK" }
    }

    // MARK: JSON

    /// Reads an entry of `/object_info`.
    ///
    /// - Returns: Nil for what is no object. Fields of it that cannot be read are left out.
    init?(_ name: String, _ json: JSONValue) {
        guard json.objectValue != nil else { return nil }
        self.name = name
        let shown = json["display_name"]?.stringValue ?? ""
        displayName = shown.isEmpty ? name : shown
        // An output of one of several texts has these for its type.
        outputs = (json["output"]?.arrayValue ?? []).map { $0.stringValue ?? "COMBO" }
        isOutputNode = json["output_node"]?.lenientBool ?? false
        isPartnerNode = json["api_node"]?.lenientBool ?? false
        inputs = []
        let givesMaskOnly = Self.givesMaskOnly(outputs)
        for group in Self.groups {
            let members = json["input"]?[group]?.objectValue ?? [:]
            let order = (json["input_order"]?[group]?.arrayValue ?? []).compactMap(\.stringValue)
            let ordered = order + members.keys.filter { !order.contains($0) }.sorted()
            inputs += ordered.compactMap { field -> NodeInputDefinition? in
                guard let specification = members[field] else { return nil }
                return NodeInputDefinition(
                    field, isRequired: group == Self.groups[0], specification: specification,
                    givesMaskOnly: givesMaskOnly)
            }
        }
    }

    private static let groups = ["required", "optional"]

    /// An entry as `/object_info` has it.
    var json: JSONValue {
        var (input, order) = ([String: JSONValue](), [String: JSONValue]())
        for group in Self.groups {
            let members = inputs.filter { $0.isRequired == (group == Self.groups[0]) }
            input[group] = .object(
                Dictionary(members.map { ($0.name, $0.specification) }, uniquingKeysWith: { first, _ in first }))
            order[group] = .array(members.map { .string($0.name) })
        }
        return [
            "name": .string(name), "display_name": .string(displayName), "input": .object(input),
            "input_order": .object(order), "output": .array(outputs.map { .string($0) }),
            "output_node": .bool(isOutputNode), "api_node": .bool(isPartnerNode),
        ]
    }

    /// The class as either server has it: choices of both, fields of both. What only one of them requires is optional.
    func merging(_ other: NodeClass) -> NodeClass {
        var merged = self
        for (index, definition) in inputs.enumerated() {
            guard let theirs = other.inputs.first(where: { $0.name == definition.name }) else {
                merged.inputs[index].isRequired = false
                continue
            }
            merged.inputs[index].isRequired = definition.isRequired && theirs.isRequired
            guard case .choice(let choices, let upload) = definition.kind, case .choice(let others, _) = theirs.kind
            else { continue }
            let known = Set(choices)
            merged.inputs[index].kind = .choice(choices + others.filter { !known.contains($0) }, upload: upload)
        }
        for var theirs in other.inputs where !inputs.contains(where: { $0.name == theirs.name }) {
            theirs.isRequired = false
            merged.inputs.append(theirs)
        }
        // As they are read again.
        merged.inputs = merged.inputs.filter(\.isRequired) + merged.inputs.filter { !$0.isRequired }
        return merged
    }
}
