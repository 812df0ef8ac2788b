import ComfyUI
import SpeedPix

/// Names for what is proposed: of the nodes' titles, each only once.
struct ProposedNames: Sendable {
    let graph: WorkflowGraph
    let definitions: NodeDefinitions

    /// - Parameter named: Fields that have a name already, which they keep.
    func inputs(_ fields: [GraphField], besides named: [InputSelector] = []) -> [InputSelector] {
        let counts = Dictionary(fields.map { ($0.node, 1) }, uniquingKeysWith: +)
        var taken = Set(named.map(\.name))
        return fields.map { field -> InputSelector in
            if let known = named.first(where: { $0.field == field }) { return known }
            let name = inputName(field, isOnlyOne: counts[field.node] == 1)
            return InputSelector(Self.unique(name, "input", &taken), field)
        }
    }

    /// - Parameter named: Results that have a name already, which they keep.
    func outputs(_ nodes: [String], besides named: [OutputSelector] = []) -> [OutputSelector] {
        var taken = Set(named.map(\.name))
        return nodes.map { id -> OutputSelector in
            if let known = named.first(where: { $0.field.node == id }) { return known }
            let field = resultField(of: id)
            let title = ownTitle(of: id)
            let name = title.isEmpty ? PublishedName.slug(field) : title
            return OutputSelector(Self.unique(name, "output", &taken), GraphField(id, field))
        }
    }

    private func inputName(_ field: GraphField, isOnlyOne: Bool) -> String {
        let title = ownTitle(of: field.node)
        let own = fieldName(field)
        if title.isEmpty { return own }
        return isOnlyOne || own.isEmpty ? title : PublishedName.slug("\(title)_\(own)")
    }

    /// What a field is, where its node has no title of its own.
    private func fieldName(_ field: GraphField) -> String {
        if case .choice(_, let upload?)? = definitions.definition(of: field, in: graph)?.kind { return upload.rawValue }
        switch field.field {
        case "noise_seed": return "seed"
        // Of a node that only holds a value, which its class tells.
        case "value": return PublishedName.slug(displayName(of: field.node))
        default: return PublishedName.slug(field.field)
        }
    }

    private func displayName(of id: String) -> String {
        let type = graph.nodes[id]?.classType ?? ""
        return definitions[type]?.displayName ?? type
    }

    /// As a name what somebody has called the node; empty if that is only its class.
    private func ownTitle(of id: String) -> String {
        guard let node = graph.nodes[id], let title = node.title else { return "" }
        let shown = displayName(of: id)
        guard title != shown, title != node.classType else { return "" }
        // "CLIP Text Encode (Positive Prompt)", where the class is called "CLIP Text Encode (Prompt)".
        let kind = shown.split(separator: "(").first.map(String.init) ?? shown
        if !kind.isEmpty, title.hasPrefix(kind), title.hasSuffix(")"), let bracket = title.firstIndex(of: "(") {
            let inside = PublishedName.slug(String(title[bracket...]))
            if !inside.allSatisfy(\.isNumber) { return inside }
        }
        return PublishedName.slug(title)
    }

    /// Under which name a node of this class gives its results. Servers do not tell; a run shows it.
    private func resultField(of id: String) -> String {
        let type = graph.nodes[id]?.classType ?? ""
        if type == "VHS_VideoCombine" { return "gifs" }
        let taken = definitions[type]?.inputs.map(\.kind) ?? []
        func takes(_ link: String) -> Bool { taken.contains(.link(link)) }
        // Videos stand under `images`, too.
        if takes("IMAGE") || takes("MASK") || takes("VIDEO") { return "images" }
        if takes("AUDIO") || type.contains("Audio") { return "audio" }
        if takes("STRING") || type == "PreviewAny" || type.hasPrefix("ShowText") { return "text" }
        return "images"
    }

    private static func unique(_ name: String, _ fallback: String, _ taken: inout Set<String>) -> String {
        let name = name.isEmpty ? fallback : name
        var (candidate, number) = (name, 1)
        while !taken.insert(candidate).inserted {
            number += 1
            candidate = "\(name)_\(number)"
        }
        return candidate
    }
}
