package import SpeedPix
import Spelling

/// The classes of nodes that a server has, or that several have together.
package struct NodeDefinitions: Sendable, Hashable {
    /// By their names.
    package var classes: [String: NodeClass]

    package init(_ classes: [NodeClass] = []) {
        self.classes = Dictionary(classes.map { ($0.name, $0) }, uniquingKeysWith: { _, last in last })
    }

    /// Reads the answer to `/object_info`, or what ``json`` gave. What cannot be read is left out.
    package init(objectInfo: JSONValue) {
        classes = [:]
        for (name, json) in objectInfo.objectValue ?? [:] { classes[name] = NodeClass(name, json) }
    }

    /// The same in the form of `/object_info`.
    package var json: JSONValue { .object(classes.mapValues(\.json)) }

    package subscript(name: String) -> NodeClass? { classes[name] }

    /// What a field of a workflow's node takes; nil if the node, its class or the field is not known.
    package func definition(of field: GraphField, in graph: WorkflowGraph) -> NodeInputDefinition? {
        guard let node = graph.nodes[field.node] else { return nil }
        return classes[node.classType]?.definition(of: field.field, in: node.inputs)
    }

    /// What either has, and of a choice what is to be had on either.
    package func merging(_ other: NodeDefinitions) -> NodeDefinitions {
        var merged = self
        merged.classes.merge(other.classes) { $0.merging($1) }
        return merged
    }

    /// Only the classes that a workflow uses.
    package func restricted(to graph: WorkflowGraph) -> NodeDefinitions {
        let used = Set(graph.nodes.values.map(\.classType))
        var restricted = self
        restricted.classes = classes.filter { used.contains($0.key) }
        return restricted
    }

    /// The same, with what is nearest to each class that is not known: whoever checks the workflow can name it.
    package func checking(_ graph: WorkflowGraph) -> NodeDefinitions {
        var restricted = restricted(to: graph)
        for type in Set(graph.nodes.values.map(\.classType)) where classes[type] == nil {
            guard let nearest = NearestName.suggestion(for: type, among: classes.keys) else { continue }
            restricted.classes[nearest] = classes[nearest]
        }
        return restricted
    }
}
