extension WorkflowGraph {
    /// Where the value of a field comes from.
    package enum Origin: Sendable, Hashable {
        /// The field itself has it.
        case own
        /// This field of another node has it.
        case field(GraphField)
        /// This node makes it.
        case node(String)
    }

    /// Fields by which nodes that only hold a value name it.
    private static let valueFields = [
        "value", "seed", "noise_seed", "int", "float", "number", "string", "text", "boolean", "Number", "Value",
    ]

    /// Follows links until it finds the field that has the value: many workflows keep a seed or a text in a node of its own.
    /// A node whose only field is linked counts as one that gives on what it takes.
    ///
    /// - Returns: Nil if the node or the field is not there, or a link leads nowhere or in a loop.
    package func origin(of field: GraphField) -> Origin? {
        var (current, visited) = (field, Set<GraphField>())
        while visited.insert(current).inserted, let input = self[current] {
            guard case .link(let id, _) = input else { return current == field ? .own : .field(current) }
            guard let node = nodes[id] else { return nil }
            guard let next = Self.passedField(of: node, named: field.field) else { return .node(id) }
            current = GraphField(id, next)
        }
        return nil
    }

    /// The field whose value a node gives on as it is; nil if it has several of which none is named so.
    private static func passedField(of node: GraphNode, named name: String) -> String? {
        if node.inputs.count == 1 { return node.inputs.keys.first }
        let values = node.inputs.filter { $0.value.linkedNode == nil }
        // A node that takes something of others computes, whatever its fields are called.
        guard values.count == node.inputs.count else { return nil }
        return ([name] + valueFields).first { values[$0] != nil }
    }
}
