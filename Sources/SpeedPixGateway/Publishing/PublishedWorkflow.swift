import ComfyUI
import SpeedPix

/// One version of a workflow that somebody has published from ComfyUI.
struct PublishedWorkflow: Workflow, Hashable {
    /// Before any run was seen: usual for a picture on a GPU whose model has yet to be loaded.
    private static let usualDuration: Duration = .seconds(30)

    let id: String
    /// Counted from 1, and never given twice.
    var number: Int
    let title: String
    let summary: String
    /// As it was published: with its own values.
    let graph: WorkflowGraph
    let publishedInputs: [PublishedInput]
    let publishedOutputs: [PublishedOutput]
    /// Of its classes, for while no server is up.
    let definitions: NodeDefinitions
    /// What its fields name that are no inputs.
    let files: [PublishedFile]
    /// The outputs of a run with its own values, by name, as ``StoredOutput/json`` has them; nil if there was none.
    var example: JSONValue?
    /// How long that run took, in seconds.
    var exampleSeconds: Double?

    let inputs: [WorkflowInput]
    let isComputing = false
    let isRemote = true

    var declaredOutputs: [DeclaredOutput] { publishedOutputs.map(\.declaration) }

    var estimatedDuration: Duration { exampleSeconds.map { .seconds($0) } ?? Self.usualDuration }

    /// - Parameters:
    ///   - number: Of the version; ``WorkflowStore`` sets it.
    ///   - definitions: May have other classes as well, which are left out.
    init(
        id: String, number: Int = 0, title: String = "", summary: String = "", graph: WorkflowGraph,
        inputs: [PublishedInput], outputs: [PublishedOutput], definitions: NodeDefinitions,
        files: [PublishedFile] = [], example: JSONValue? = nil, exampleSeconds: Double? = nil
    ) {
        self.id = id
        self.number = number
        self.title = title.isEmpty ? id : title
        self.summary = summary.isEmpty ? self.title : summary
        self.graph = graph
        publishedInputs = inputs
        publishedOutputs = outputs
        self.definitions = definitions.restricted(to: graph)
        self.files = files
        self.example = example
        self.exampleSeconds = exampleSeconds.flatMap { (0...1e9).contains($0) ? $0 : nil }
        self.inputs = inputs.map(\.declaration)
    }

    /// As clients name it: `v1`.
    var version: String { PublishedVersion.name(number) }

    /// The nodes whose results are its outputs.
    var targets: [String] {
        var seen: Set<String> = []
        return publishedOutputs.map(\.field.node).filter { seen.insert($0).inserted }
    }

    /// The fields that name a file on a server and are no inputs, with what they name.
    static func fileFields(
        of graph: WorkflowGraph, _ definitions: NodeDefinitions, inputs: [PublishedInput]
    ) -> [(field: GraphField, file: AnnotatedFilename)] {
        let published = Set(inputs.map(\.field))
        var found: [(field: GraphField, file: AnnotatedFilename)] = []
        for id in graph.sortedIDs {
            for (name, input) in (graph.nodes[id]?.inputs ?? [:]).sorted(by: { $0.key < $1.key }) {
                let field = GraphField(id, name)
                guard !published.contains(field), let text = input.value?.stringValue,
                    case .choice(_, .some)? = definitions.definition(of: field, in: graph)?.kind,
                    let file = AnnotatedFilename(text)
                else { continue }
                found.append((field: field, file: file))
            }
        }
        return found
    }
}
