package import SpeedPix

/// A workflow as somebody has it on disk: API format, or a PNG that ComfyUI saved.
package struct WorkflowDocument: Sendable, Hashable {
    package var graph: WorkflowGraph
    /// The same as ComfyUI's page keeps it, with what was chosen in App mode; nil if that is not known.
    package var page: JSONValue?

    package init(graph: WorkflowGraph, page: JSONValue? = nil) {
        self.graph = graph
        self.page = page
    }

    /// - Parameter bytes: The file's content, which tells what it is.
    /// - Throws: ``GraphProblem``.
    package init(parsing bytes: [UInt8]) throws(GraphProblem) {
        guard PNGText.isPNG(bytes) else {
            self.init(graph: try WorkflowGraph(parsing: bytes))
            return
        }
        guard let prompt = try PNGText.text("prompt", in: bytes) else {
            throw .notAGraph(
                "the PNG has no text chunk \"prompt\": ComfyUI has not saved it, or another program has removed it")
        }
        // Only a proposal is made of it, so that one that cannot be read does no harm.
        let page = (try? PNGText.text("workflow", in: bytes)).flatMap { try? WorkflowGraph.json($0) }
        self.init(graph: try WorkflowGraph(parsing: prompt), page: page)
    }
}
