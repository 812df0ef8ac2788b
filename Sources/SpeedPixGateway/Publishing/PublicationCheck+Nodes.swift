import ComfyUI
import SpeedPix
import Spelling

extension PublicationCheck {
    /// Whether some server has each class, and whether it costs nothing. Every node counts: a server refuses a workflow for
    /// one that it does not know, also if nothing needs it.
    func checkClasses() -> [PublicationFinding] {
        var (unknown, partners) = ([String: [String]](), [String: [String]]())
        for id in graph.sortedIDs {
            guard let type = graph.nodes[id]?.classType else { continue }
            guard let known = definitions[type] else {
                unknown[type, default: []].append(id)
                continue
            }
            if known.isPartnerNode, !allowsPartnerNodes { partners[type, default: []].append(id) }
        }
        let missing = unknown.sorted { $0.key < $1.key }.map { type, ids -> PublicationFinding in
            let nearest = NearestName.suggestion(for: type, among: definitions.classes.keys)
            return .error(
                "no server has the class \(type)\(nearest.map { " (nearest: \($0))" } ?? ""), of \(names(ids)):"
                    + " install the custom node that brings it, or take it out", .missingClass,
                ["class": type, "nodes": names(ids), "nearest": nearest ?? ""])
        }
        let paid = partners.sorted { $0.key < $1.key }.map { type, ids -> PublicationFinding in
            .error(
                "the class \(type), of \(names(ids)), spends credits of comfy.org: allow it with --partner-nodes, here and"
                    + " for serve, or take it out", .partnerNode, ["class": type, "nodes": names(ids)])
        }
        return missing + paid
    }

    /// What the nodes that run lack, and what they name that no server has.
    func checkNodes(for outputs: [OutputSelector]) -> [PublicationFinding] {
        let needed = graph.upstream(of: outputs.map(\.field.node))
        var findings: [PublicationFinding] = []
        for id in graph.sortedIDs where needed.contains(id) {
            guard let node = graph.nodes[id], let known = definitions[node.classType] else { continue }
            for definition in known.inputs {
                switch node.inputs[definition.name] {
                case nil:
                    if let finding = missing(definition, of: id) { findings.append(finding) }
                case .value(let value)?:
                    if let finding = check(value, of: definition, in: id) { findings.append(finding) }
                case .link?: break
                }
            }
        }
        return findings
    }

    /// A type that this gateway does not know may have its fields under other names.
    private func missing(_ definition: NodeInputDefinition, of id: String) -> PublicationFinding? {
        guard definition.isRequired else { return nil }
        switch definition.kind {
        case .other: return nil
        case .link(let type):
            return .error(
                "nothing is connected to \(definition.name) of \(graph.name(of: id)), which needs \(type):"
                    + " connect it in ComfyUI and export it again")
        case .int, .float, .string, .boolean, .choice:
            return .error(
                "\(graph.name(of: id)) has no \(definition.name), which its class requires:"
                    + " open it in ComfyUI and export it again")
        }
    }

    /// A list may be checked otherwise by a class of its own, so that a server has the last word.
    private func check(
        _ value: JSONValue, of definition: NodeInputDefinition, in id: String
    ) -> PublicationFinding? {
        guard case .choice(let choices, upload: nil) = definition.kind,
            WorkflowInput.choice(value, among: choices) == nil
        else { return nil }
        let names = choices.map(\.scalarText)
        let nearest = NearestName.suggestion(for: value.scalarText, among: names).map { " (nearest: \($0))" } ?? ""
        return .warning(
            "\(definition.name) of \(graph.name(of: id)) is \"\(value.scalarText.prefix(200))\", which no server"
                + " lists\(nearest)", Self.missing(value),
            missingValues(value, of: GraphField(id, definition.name), among: names))
    }

    /// The endings of files with models.
    private static let modelEndings: Set<String> = [
        "safetensors", "sft", "ckpt", "pt", "pt2", "pth", "bin", "gguf", "onnx",
    ]

    /// Whether a value that no server lists is a model or something else.
    static func missing(_ value: JSONValue) -> PublicationFinding.Code {
        modelEndings.contains(MediaType.fileExtension(of: value.scalarText)) ? .missingModel : .missingChoice
    }

    /// What a finding says about a value that no server lists.
    func missingValues(_ value: JSONValue, of field: GraphField, among choices: [String]) -> [String: String] {
        [
            "field": field.description, "node": graph.name(of: field.node),
            "value": String(value.scalarText.prefix(200)),
            "nearest": NearestName.suggestion(for: value.scalarText, among: choices) ?? "",
        ]
    }

    func check(outputs: [OutputSelector]) -> [PublicationFinding] {
        guard !outputs.isEmpty else {
            let there = outputNodes
            return [
                .error(
                    there.isEmpty
                        ? "the workflow has no node that gives a result: add one such as Save Image in ComfyUI"
                        : "nothing is an output: publish a result of \(names(there))")
            ]
        }
        var (fields, findings) = ([GraphField: String](), [PublicationFinding]())
        for output in outputs {
            let id = output.field.node
            if let other = fields[output.field] {
                findings.append(
                    .error("the outputs \(other) and \(output.name) are both \(output.field): leave out one of them"))
                continue
            }
            fields[output.field] = output.name
            if graph.nodes[id] == nil {
                findings.append(
                    .error(
                        "the output \(output.name) is of the node \(id.prefix(100)), which the workflow does not have;"
                            + " \(remedy)"))
            } else if let known = definitions[graph.nodes[id]?.classType ?? ""], !known.isOutputNode {
                findings.append(
                    .error("the output \(output.name) is of \(graph.name(of: id)), which gives no results; \(remedy)"))
            }
        }
        return findings
    }

    private var outputNodes: [String] {
        graph.sortedIDs.filter { definitions[graph.nodes[$0]?.classType ?? ""]?.isOutputNode == true }
    }

    private var remedy: String {
        let there = outputNodes
        return there.isEmpty ? "add one such as Save Image in ComfyUI" : "these do: \(names(there))"
    }

    private func names(_ ids: [String]) -> String {
        ids.prefix(12).map { graph.name(of: $0) }.joined(separator: ", ") + (ids.count > 12 ? ", …" : "")
    }
}
