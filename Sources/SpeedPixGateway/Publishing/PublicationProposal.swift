import ComfyUI
import SpeedPix

/// What to publish of a workflow if nobody says so: what was chosen in ComfyUI's App mode, else what is usually changed.
struct PublicationProposal: Sendable, Hashable {
    var inputs: [InputSelector]
    var outputs: [OutputSelector]
    /// What was chosen in App mode and cannot be published, each in words.
    var omitted: [String]

    /// - Parameter page: The workflow as ComfyUI's page keeps it, with the choice of App mode; nil if it is not known.
    init(_ graph: WorkflowGraph, _ definitions: NodeDefinitions, page: JSONValue? = nil) {
        let fields = ProposedFields(graph: graph, definitions: definitions)
        let choice = page.flatMap { AppModeChoice(page: $0) }
        omitted = []
        var targets: [String] = []
        for node in choice?.outputs ?? [] {
            if graph.nodes[node] != nil, fields.isOutputNode(node) {
                if !targets.contains(node) { targets.append(node) }
            } else {
                omitted.append("App mode shows the results of the node \(node), which gives none to a server's clients")
            }
        }
        if targets.isEmpty { targets = fields.savers }
        var chosen: [GraphField] = []
        for field in choice?.inputs ?? [] {
            guard let found = fields.holder(of: field) else {
                omitted.append("App mode shows \(field), which is no field with a value of its own")
                continue
            }
            if !chosen.contains(found) { chosen.append(found) }
        }
        if chosen.isEmpty { chosen = fields.usual(for: targets) }
        let names = ProposedNames(graph: graph, definitions: definitions)
        inputs = names.inputs(chosen)
        outputs = names.outputs(targets)
    }
}

/// The fields of a workflow that are usually changed, and the nodes that usually save.
struct ProposedFields: Sendable {
    let graph: WorkflowGraph
    let definitions: NodeDefinitions

    /// Whether a server can be asked for a node's results. Of a class that is not known, its name must tell.
    func isOutputNode(_ id: String) -> Bool {
        guard let type = graph.nodes[id]?.classType else { return false }
        return definitions[type]?.isOutputNode ?? (type.hasPrefix("Save") || type.hasPrefix("Preview"))
    }

    /// The nodes that save what they get; if there is none, those that show it.
    var savers: [String] {
        let outputs = graph.sortedIDs.filter(isOutputNode)
        let saving = outputs.filter { id in
            guard let node = graph.nodes[id] else { return false }
            return node.inputs["filename_prefix"] != nil || node.classType.hasPrefix("Save")
        }
        return saving.isEmpty ? outputs : saving
    }

    /// The field that has the value of one: itself, or what it is linked to. Nil if there is none, or if it has a list.
    func holder(of field: GraphField) -> GraphField? {
        let holder: GraphField
        switch graph.origin(of: field) {
        case .own?: holder = field
        case .field(let other)?: holder = other
        case .node?, nil: return nil
        }
        switch graph[holder]?.value {
        case .string?, .integer?, .unsigned?, .double?, .bool?: return holder
        case .array?, .object?, .null?, nil: return nil
        }
    }

    /// Pictures and other files, texts, seeds and sizes of what the nodes need, each in the order of nodes.
    func usual(for targets: [String]) -> [GraphField] {
        let needed = graph.upstream(of: targets)
        let nodes = graph.sortedIDs.filter { needed.contains($0) }
        var found: [GraphField] = []
        func add(_ field: GraphField?) {
            if let field, !found.contains(field) { found.append(field) }
        }
        for id in nodes { for field in fields(of: id) where isUpload(field) { add(holder(of: field)) } }
        for id in nodes { for field in fields(of: id) where isText(field) { add(holder(of: field)) } }
        for seed in SeedField.all(in: graph, definitions, for: targets) { add(seed.field) }
        for id in nodes where isSize(id) { for name in ["width", "height"] { add(holder(of: GraphField(id, name))) } }
        return found
    }

    /// The fields that a node has, as its class orders them, and then others.
    func fields(of id: String) -> [GraphField] {
        guard let node = graph.nodes[id] else { return [] }
        // As the class has them; a text before what belongs to it.
        let order = definitions[node.classType]?.inputs.map(\.name) ?? []
        let known = order.filter { node.inputs[$0] != nil }
        return (known + node.inputs.keys.filter { !order.contains($0) }.sorted()).map { GraphField(id, $0) }
    }

    private func isUpload(_ field: GraphField) -> Bool {
        if case .choice(_, .some)? = definitions.definition(of: field, in: graph)?.kind { return true }
        return definitions[graph.nodes[field.node]?.classType ?? ""] == nil
            && ["LoadImage", "LoadImageMask", "LoadVideo", "LoadAudio"].contains(graph.nodes[field.node]?.classType)
            && ["image", "file", "video", "audio"].contains(field.field)
    }

    private func isText(_ field: GraphField) -> Bool {
        guard !isOutputNode(field.node) else { return false }
        if let definition = definitions.definition(of: field, in: graph) {
            return definition.kind == .string(isMultiline: true)
        }
        return ["text", "prompt"].contains(field.field)
    }

    /// Whether it makes an empty picture: the size of another one is that of what it gets.
    private func isSize(_ id: String) -> Bool {
        guard let node = graph.nodes[id], node.inputs["width"] != nil, node.inputs["height"] != nil else {
            return false
        }
        return node.classType.hasPrefix("Empty") || (definitions[node.classType]?.outputs.contains("LATENT") ?? false)
    }
}
