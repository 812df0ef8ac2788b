import ComfyUI
import SpeedPix

/// Whether a server could run a workflow: whether it has its classes, and what its fields choose.
struct ServerFitness: Sendable {
    let workflow: PublishedWorkflow

    /// What a server lacks for a prediction, in words that follow its name; nil if it lacks nothing.
    ///
    /// A field whose value was on no list when the workflow was published is left to the server.
    ///
    /// - Parameters:
    ///   - chosen: The values of the prediction's own inputs, by their fields.
    ///   - definitions: Of the server.
    func lack(_ chosen: [GraphField: JSONValue], _ definitions: NodeDefinitions) -> String? {
        let graph = workflow.graph
        // A server refuses a workflow for one unknown class, also if nothing needs it.
        for id in graph.sortedIDs {
            guard let type = graph.nodes[id]?.classType, definitions[type] == nil else { continue }
            return "has no class \(type.printable()), of \(graph.name(of: id))"
        }
        let needed = graph.upstream(of: workflow.targets)
        for id in graph.sortedIDs where needed.contains(id) {
            for (name, input) in (graph.nodes[id]?.inputs ?? [:]).sorted(by: { $0.key < $1.key }) {
                let field = GraphField(id, name)
                guard let value = chosen[field] ?? input.value, isMissing(value, in: field, definitions) else {
                    continue
                }
                return "has no \"\(value.scalarText.prefix(200).description.printable())\" for \(name.printable()) of"
                    + " \(graph.name(of: id))"
            }
        }
        return nil
    }

    private func isMissing(_ value: JSONValue, in field: GraphField, _ definitions: NodeDefinitions) -> Bool {
        guard case .choice(let choices, upload: nil)? = definitions.definition(of: field, in: workflow.graph)?.kind,
            WorkflowInput.choice(value, among: choices) == nil
        else { return false }
        return WorkflowInput.choice(value, among: known(field)) != nil
    }

    /// What a field could choose among when the workflow was published.
    private func known(_ field: GraphField) -> [JSONValue] {
        workflow.definitions.definition(of: field, in: workflow.graph)?.choices ?? []
    }

    /// The values that a prediction's inputs give to fields with a list.
    func chosen(_ inputs: [String: WorkflowInputValue]) -> [GraphField: JSONValue] {
        var chosen: [GraphField: JSONValue] = [:]
        for input in workflow.publishedInputs where input.kind == .choice {
            chosen[input.field] = inputs[input.name]?.scalar
        }
        return chosen
    }

    /// A graph with each choice as a server spells it: `\` or `/`, by its system.
    static func spelled(_ graph: WorkflowGraph, _ definitions: NodeDefinitions) -> WorkflowGraph {
        var spelled = graph
        for (id, node) in graph.nodes {
            for (name, input) in node.inputs {
                let field = GraphField(id, name)
                guard let value = input.value, value.stringValue?.contains(where: { "\\/".contains($0) }) == true,
                    case .choice(let choices, upload: nil)? = definitions.definition(of: field, in: graph)?.kind,
                    let own = WorkflowInput.choice(value, among: choices)
                else { continue }
                spelled[field] = .value(own)
            }
        }
        return spelled
    }
}
