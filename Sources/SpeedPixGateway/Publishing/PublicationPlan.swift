import ComfyUI
import SpeedPix

/// A workflow from ComfyUI as it would be published: what was asked for, with proposals for the rest.
struct PublicationPlan: Sendable {
    /// A file on a server that a field of the workflow names.
    struct NamedFile: Sendable {
        let field: GraphField
        let file: AnnotatedFilename
        /// The input of that field; nil if it is none, and the file belongs to the workflow.
        let input: String?
    }

    let request: PublicationRequest
    let graph: WorkflowGraph
    /// What is published where nothing else is asked for.
    let proposal: PublicationProposal
    let inputs: [InputSelector]
    let outputs: [OutputSelector]
    /// What was chosen in ComfyUI's App mode and cannot be published, each in words.
    let omitted: [String]
    private let check: PublicationCheck

    /// - Parameters:
    ///   - page: The workflow as ComfyUI's page keeps it; nil if it is not known.
    ///   - reservedIDs: Those of the workflows that come with the gateway.
    init(_ request: PublicationRequest, graph: WorkflowGraph, page: JSONValue?, reservedIDs: Set<String>) {
        self.request = request
        self.graph = graph
        proposal = PublicationProposal(graph, request.definitions, page: page)
        inputs = request.inputs ?? proposal.inputs
        outputs = request.outputs ?? proposal.outputs
        // Whoever chooses himself need not hear what App mode shows.
        omitted = request.inputs == nil || request.outputs == nil ? proposal.omitted : []
        check = PublicationCheck(
            graph: graph, definitions: request.definitions, reservedIDs: reservedIDs,
            allowsPartnerNodes: request.allowsPartnerNodes)
    }

    /// Everything that is to be said of it, but of its files.
    var findings: [PublicationFinding] {
        guard !request.definitions.classes.isEmpty else {
            return PublicationCheck.check(id: request.id, reservedIDs: check.reservedIDs) + [
                .error("the classes of the workflow's nodes are not known: name a server of ComfyUI that has them")
            ]
        }
        return check.findings(id: request.id, inputs: inputs, outputs: outputs) + remarks
    }

    /// - Throws: ``PublicationRefusal`` with all that is wrong at once.
    func publication() throws(PublicationRefusal) -> Publication {
        let findings = findings
        guard !findings.contains(where: { $0.severity == .error }) else {
            throw PublicationRefusal(findings: findings)
        }
        var publication = try check.publication(id: request.id, inputs: inputs, outputs: outputs)
        publication.warnings += remarks.map(\.message)
        return publication
    }

    /// The inputs that can be made of ``inputs``.
    var publishedInputs: [PublishedInput] {
        inputs.compactMap { try? PublishedInput($0, in: graph, request.definitions) }
    }

    /// The files on a server that the workflow names: its own, and what its inputs have for values.
    var namedFiles: [NamedFile] {
        let inputs = publishedInputs
        let own = PublishedWorkflow.fileFields(of: graph, request.definitions, inputs: inputs)
            .map { NamedFile(field: $0.field, file: $0.file, input: nil) }
        let values = inputs.filter(\.kind.isFile).compactMap { input -> NamedFile? in
            guard let text = graph[input.field]?.value?.stringValue, let file = AnnotatedFilename(text) else {
                return nil
            }
            return NamedFile(field: input.field, file: file, input: input.name)
        }
        return own + values
    }

    /// As the route that checks tells it.
    var json: JSONValue {
        let inputs = Dictionary(publishedInputs.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        return [
            "inputs": .array(
                self.inputs.map { selector -> JSONValue in
                    var members = inputs[selector.name]?.json.objectValue ?? ["name": .string(selector.name)]
                    members["selector"] = .string(selector.description)
                    return .object(members)
                }),
            "outputs": .array(
                outputs.map { selector -> JSONValue in
                    ["name": .string(selector.name), "selector": .string(selector.description)]
                }),
            "omitted": .array(omitted.map { .string($0) }),
            "findings": .array(findings.map(\.json)),
            "files": .array(namedFiles.map(\.json)),
        ]
    }
}

extension PublicationPlan.NamedFile {
    fileprivate var json: JSONValue {
        [
            "node": .string(field.node), "field": .string(field.field), "filename": .string(file.filename),
            "subfolder": .string(file.subfolder), "folder": .string(file.folder.rawValue),
            "input": input.map { .string($0) } ?? .null,
        ]
    }
}
