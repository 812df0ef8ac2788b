import ComfyUI
import SpeedPix

extension PublishedWorkflow {
    /// Whether a graph is that of this version, whatever values it has in the fields of its inputs, seeds and files, and where
    /// it saves.
    func isSame(as other: WorkflowGraph) -> Bool {
        guard graph.nodes.count == other.nodes.count else { return false }
        var free = Set(publishedInputs.map(\.field)).union(files.map(\.field))
        free.formUnion(SeedField.all(in: graph, definitions, for: targets).map(\.field))
        return graph.nodes.allSatisfy { id, node in
            guard let theirs = other.nodes[id], theirs.classType == node.classType,
                theirs.inputs.count == node.inputs.count
            else { return false }
            return node.inputs.allSatisfy { name, input in
                guard let given = theirs.inputs[name] else { return false }
                if given == input { return true }
                // Of a link, the other one must be the same.
                guard given.linkedNode == nil, input.linkedNode == nil else { return false }
                return name == "filename_prefix" || free.contains(GraphField(id, name))
            }
        }
    }
}
