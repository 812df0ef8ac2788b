import SpeedPix

// What a prompt was, for whoever publishes it.
extension HistoryEntry {
    /// The fields in which nodes have what a person wrote.
    private static let textFields = ["text", "prompt"]

    /// The graph that ran, with the same as ComfyUI's page keeps it, if the page has posted it.
    ///
    /// - Throws: ``GraphProblem``.
    package func document() throws(GraphProblem) -> WorkflowDocument {
        WorkflowDocument(graph: try WorkflowGraph(prompt), page: extraData["extra_pnginfo"]?["workflow"])
    }

    /// The ids of its nodes, numbers as numbers.
    private var nodeIDs: [String] { (prompt.objectValue ?? [:]).keys.sorted(by: NodeOrder.precedes) }

    /// What a person wrote in it, in the order of its nodes. None is empty.
    package var texts: [String] {
        nodeIDs.flatMap { id in
            Self.textFields.compactMap { prompt[id]?["inputs"]?[$0]?.stringValue }.filter { !$0.isEmpty }
        }
    }

    /// The files that it gave, in the order of its nodes.
    package var files: [ServerFile] {
        outputs.keys.sorted(by: NodeOrder.precedes).flatMap { files(of: $0) }
    }

    /// Whether the server ran none of its nodes, since it had run all of them with the same inputs before.
    package var isCached: Bool {
        guard let graph = try? WorkflowGraph(prompt), !targets.isEmpty else { return false }
        return graph.upstream(of: targets).isSubset(of: cachedNodes)
    }
}
