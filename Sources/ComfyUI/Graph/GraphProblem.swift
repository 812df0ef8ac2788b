/// Why a text is not a workflow that ComfyUI can run.
package enum GraphProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// The form in which ComfyUI's page keeps workflows. A server cannot run it, and to convert it takes the page.
    case uiFormat
    /// - Parameter reason: In words.
    case notJSON(String)
    /// - Parameter reason: In words.
    case notAGraph(String)
    /// - Parameter reason: What is too large, and how large it may be.
    case tooLarge(String)
    /// A field takes an output of a node that is not there.
    case missingNode(String, field: GraphField)
    /// Nodes of which each takes something of the next, and the last of the first.
    case loop([String])

    /// What is wrong and what to do, in a sentence.
    package var description: String {
        switch self {
        case .uiFormat:
            "this is the format of ComfyUI's page, which no server can run: run it once in ComfyUI, then take it from there"
                + " with --last; or export it with File ▸ Export (API)"
        case .notJSON(let reason): "this is not JSON: \(reason)"
        case .notAGraph(let reason): "this is no workflow in ComfyUI's API format: \(reason)"
        case .tooLarge(let reason): reason
        case .missingNode(let node, let field):
            "the field \(field) takes an output of the node \(node), which the workflow does not have:"
                + " connect it in ComfyUI and export it again"
        case .loop(let nodes):
            "the nodes \(nodes.prefix(20).joined(separator: " → ")) → \(nodes.first ?? "") need one another in a loop:"
                + " take out one of the links"
        }
    }
}
