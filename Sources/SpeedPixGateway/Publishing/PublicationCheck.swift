import ComfyUI
import SpeedPix
import Spelling

/// A workflow that cannot be published, with everything that is wrong with it.
struct PublicationRefusal: Error, Sendable, CustomStringConvertible {
    let findings: [PublicationFinding]

    var description: String { findings.map(\.message).joined(separator: "\n") }
}

/// What a workflow takes and gives once it is published.
struct Publication: Sendable, Hashable {
    var inputs: [PublishedInput]
    var outputs: [PublishedOutput]
    /// What is perhaps not what was meant.
    var warnings: [String]
}

/// Checks a workflow before it is published, so that no prediction fails for what could have been known.
struct PublicationCheck: Sendable {
    let graph: WorkflowGraph
    /// Of all servers that are configured.
    let definitions: NodeDefinitions
    /// Ids that a workflow must not have: those of the workflows that come with the gateway.
    let reservedIDs: Set<String>
    /// Whether it may have classes that spend credits of comfy.org.
    let allowsPartnerNodes: Bool

    /// - Throws: ``PublicationRefusal`` with all that is wrong at once.
    func publication(
        id: String, inputs: [InputSelector], outputs: [OutputSelector]
    ) throws(PublicationRefusal) -> Publication {
        let findings = findings(id: id, inputs: inputs, outputs: outputs)
        guard !findings.contains(where: { $0.severity == .error }) else {
            throw PublicationRefusal(findings: findings)
        }
        return Publication(
            inputs: inputs.compactMap { try? PublishedInput($0, in: graph, definitions) },
            outputs: outputs.map { PublishedOutput($0.name, $0.field, isAlwaysArray: $0.isAlwaysArray) },
            warnings: findings.map(\.message))
    }

    /// Everything that is to be said, errors and warnings, in the order of id, workflow, inputs and outputs.
    func findings(id: String, inputs: [InputSelector], outputs: [OutputSelector]) -> [PublicationFinding] {
        var findings = Self.check(id: id, reservedIDs: reservedIDs)
        for problem in graph.check() { findings.append(.error(problem.description)) }
        findings += checkClasses()
        findings += checkNodes(for: outputs)
        findings += check(names: inputs.map(\.name), "input")
        findings += check(inputs: inputs, outputs)
        findings += check(names: outputs.map(\.name), "output")
        findings += check(outputs: outputs)
        return findings
    }

    /// Checks the id alone, for a workflow that is not from ComfyUI.
    static func check(id: String, reservedIDs: Set<String>) -> [PublicationFinding] {
        if let problem = PublishedName.problem(with: id) { return [.error("the id \"\(id.prefix(100))\" \(problem)")] }
        guard reservedIDs.contains(id) else { return [] }
        return [.error("the id \(id) is that of a workflow that comes with the gateway: choose another one")]
    }

    private func check(names: [String], _ kind: String) -> [PublicationFinding] {
        var (seen, findings, reported) = (Set<String>(), [PublicationFinding](), Set<String>())
        for name in names {
            if let problem = PublishedName.problem(with: name) {
                findings.append(.error("the name of the \(kind) \"\(name.prefix(100))\" \(problem)"))
            } else if !seen.insert(name).inserted, reported.insert(name).inserted {
                findings.append(.error("two \(kind)s are called \(name): give each a name of its own"))
            }
        }
        return findings
    }

    // MARK: Inputs

    private func check(inputs: [InputSelector], _ outputs: [OutputSelector]) -> [PublicationFinding] {
        let needed = graph.upstream(of: outputs.map(\.field.node))
        var (fields, findings) = ([GraphField: String](), [PublicationFinding]())
        for input in inputs {
            if let other = fields[input.field] {
                findings.append(
                    .error("the inputs \(other) and \(input.name) are both \(input.field): leave out one of them"))
                continue
            }
            fields[input.field] = input.name
            if let finding = check(input) {
                findings.append(finding)
            } else if !needed.isEmpty, !needed.contains(input.field.node) {
                findings.append(
                    .warning(
                        "the input \(input.name) changes nothing: no output needs \(graph.name(of: input.field.node))"))
            }
        }
        return findings
    }

    private func check(_ input: InputSelector) -> PublicationFinding? {
        let field = input.field
        guard let node = graph.nodes[field.node] else {
            return .error("the input \(input.name) is of \(unknownNode(field.node))")
        }
        let definition = definitions.definition(of: field, in: graph)
        guard node.inputs[field.field] != nil || definition != nil else {
            return .error("the input \(input.name) is of \(unknownField(field, node))")
        }
        if case .link(let linked, _)? = node.inputs[field.field] {
            return .error("the input \(input.name): \(linkedField(field, linked))")
        }
        if case .link(let type)? = definition?.kind, node.inputs[field.field] == nil {
            return .error("the input \(input.name): \(field) takes \(type) of another node, and has no value")
        }
        let published: PublishedInput
        do {
            published = try PublishedInput(input, in: graph, definitions)
        } catch {
            return .error("the input \(input.name): \(field) \(error.message)")
        }
        if published.kind == .choice, let own = published.defaultValue,
            WorkflowInput.choice(own, among: published.choices) == nil
        {
            let choices = published.choices.map(\.scalarText)
            let nearest = NearestName.suggestion(for: own.scalarText, among: choices).map { " (nearest: \($0))" } ?? ""
            return .error(
                "the input \(input.name): \(field) is \"\(own.scalarText.prefix(200))\", which no server has\(nearest):"
                    + " choose another one in ComfyUI, or install it on a server", Self.missing(own),
                missingValues(own, of: field, among: choices))
        }
        return nil
    }

    private func unknownNode(_ id: String) -> String {
        let titled = graph.sortedIDs.filter { graph.nodes[$0]?.title == id }
        let remedy: String
        if titled.count > 1 {
            remedy = "several are called so: name one by its id, \(titled.joined(separator: ", "))"
        } else if let only = titled.first {
            remedy = "nodes are named by their ids: \(only)"
        } else if let nearest = NearestName.suggestion(for: id, among: graph.sortedIDs) {
            remedy = "did you mean \(graph.name(of: nearest))?"
        } else {
            let names = graph.sortedIDs.prefix(24).map { graph.name(of: $0) }
            remedy = "there are: \(names.joined(separator: ", "))\(graph.nodes.count > 24 ? ", …" : "")"
        }
        return "the node \(id.prefix(100)), which the workflow does not have; \(remedy)"
    }

    private func unknownField(_ field: GraphField, _ node: GraphNode) -> String {
        let declared = definitions[node.classType]?.inputs.map(\.name) ?? []
        let names = Set(node.inputs.keys).union(declared).sorted()
        // A type that nobody knows stayed with the field.
        let parts = field.field.split(separator: ":", omittingEmptySubsequences: false)
        let remedy: String
        if parts.count > 1, names.contains(parts.dropLast().joined(separator: ":")) {
            let types = PublishedInput.Kind.allCases.map(\.rawValue)
            let nearest = NearestName.suggestion(for: String(parts[parts.count - 1]), among: types)
            remedy =
                nearest.map { "did you mean the type \($0)?" } ?? "the types are: \(types.joined(separator: ", "))"
        } else if let hint = NearestName.hint(for: field.field, among: names) {
            remedy = hint
        } else {
            remedy = names.isEmpty ? "it has none" : "it has others"
        }
        return "the field \"\(field.field.prefix(100))\", which \(graph.name(of: field.node)) does not have; \(remedy)"
    }

    private func linkedField(_ field: GraphField, _ linked: String) -> String {
        let beginning = "\(field) takes its value of \(graph.name(of: linked))"
        switch graph.origin(of: field) {
        case .field(let holder)?: return "\(beginning); the value is in \(holder): publish that"
        case .node(let id)?: return "\(beginning); \(graph.name(of: id)) makes it: publish a field of that node"
        case .own?, nil: return "\(beginning): publish a field that has a value of its own"
        }
    }
}
