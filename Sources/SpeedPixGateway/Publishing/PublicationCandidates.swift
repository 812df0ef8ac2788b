import ComfyUI
import SpeedPix

/// All that could be published of a workflow, for a person who chooses: fields and results, and which of them are proposed.
struct PublicationCandidates: Sendable {
    /// The most of a text that is told, in characters.
    private static let longestText = 2000

    private let graph: WorkflowGraph
    private let definitions: NodeDefinitions
    private let proposal: PublicationProposal
    private let fields: ProposedFields
    private let names: ProposedNames

    init(_ plan: PublicationPlan) {
        graph = plan.graph
        definitions = plan.request.definitions
        proposal = plan.proposal
        fields = ProposedFields(graph: plan.graph, definitions: plan.request.definitions)
        names = ProposedNames(graph: plan.graph, definitions: plan.request.definitions)
    }

    /// Fields that have a value of a type that an input can have, and those whose value comes from another node although their
    /// class takes one, in the order of the nodes.
    var inputs: [JSONValue] {
        let all = graph.sortedIDs.flatMap { fields.fields(of: $0) }.compactMap { field in
            kind(of: field).map { (field: field, kind: $0) }
        }
        let own = all.map { $0.field }.filter { graph[$0]?.linkedNode == nil }
        let selectors = names.inputs(own, besides: proposal.inputs)
        let named = Dictionary(selectors.map { ($0.field, $0.name) }, uniquingKeysWith: { first, _ in first })
        let proposed = Set(proposal.inputs.map(\.field))
        return all.map { field, kind -> JSONValue in
            var members = description(of: field.node)
            members["selector"] = .string(field.description)
            members["field"] = .string(field.field)
            members["name"] = named[field].map { .string($0) } ?? .null
            members["kind"] = .string(kind.rawValue)
            members["value"] = shown(graph[field]?.value)
            members["linked"] = .bool(graph[field]?.linkedNode != nil)
            // Where the value is that could be published instead.
            let holder = fields.holder(of: field)
            if let holder, holder != field { members["source"] = .string(holder.description) }
            members["proposed"] = .bool(proposed.contains(field))
            return .object(members)
        }
    }

    /// The nodes that give results.
    var outputs: [JSONValue] {
        let proposed = Set(proposal.outputs.map(\.field.node))
        let nodes = graph.sortedIDs.filter(fields.isOutputNode)
        return names.outputs(nodes, besides: proposal.outputs).map { output -> JSONValue in
            var members = description(of: output.field.node)
            members["selector"] = .string(output.field.description)
            members["name"] = .string(output.name)
            members["proposed"] = .bool(proposed.contains(output.field.node))
            return .object(members)
        }
    }

    /// An id that no workflow has: of what its results are called, else `workflow`.
    ///
    /// - Parameter isTaken: Whether a workflow has an id.
    func id(_ isTaken: (String) -> Bool) -> String {
        let prefixes = proposal.outputs.map { graph[GraphField($0.field.node, "filename_prefix")]?.value?.stringValue }
        let prefix = prefixes.compactMap(\.self).first
        let last = prefix?.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map { String($0) } ?? ""
        let name = PublishedName.slug(last)
        // What ComfyUI itself writes there.
        let stem = name.isEmpty || name == "comfyui" ? "workflow" : name
        var (candidate, number) = (stem, 1)
        while isTaken(candidate) {
            number += 1
            candidate = "\(stem)_\(number)"
        }
        return candidate
    }

    private func description(of node: String) -> [String: JSONValue] {
        let known = graph.nodes[node]
        var members: [String: JSONValue] = ["node": .string(node), "class": .string(known?.classType ?? "")]
        members["title"] = known?.title.map { JSONValue.string($0) }
        return members
    }

    /// Nil for a field that can be no input, whatever it has.
    private func kind(of field: GraphField) -> PublishedInput.Kind? {
        try? PublishedInput.kind(nil, definitions.definition(of: field, in: graph), value: graph[field]?.value)
    }

    private func shown(_ value: JSONValue?) -> JSONValue {
        switch value {
        case .string(let text)?: .string(String(text.prefix(Self.longestText)))
        case .integer?, .unsigned?, .double?, .bool?: value ?? .null
        case .array?, .object?, .null?, nil: .null
        }
    }
}
