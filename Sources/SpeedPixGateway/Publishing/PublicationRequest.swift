import ComfyUI
import SpeedPix

/// What somebody wants to publish, as a request has it.
struct PublicationRequest: Sendable {
    enum Content: Sendable {
        /// - Parameter page: The workflow as ComfyUI's page keeps it, with the choice of App mode; nil if it is not known.
        case graph(WorkflowGraph, page: JSONValue?)
        case script([UInt8])
    }

    let id: String
    let title: String
    let summary: String
    /// Stands for the version from its beginning on.
    let alias: String?
    let content: Content
    /// Nil for what is proposed.
    let inputs: [InputSelector]?
    /// Nil for what is proposed.
    let outputs: [OutputSelector]?
    /// Of a server's classes.
    let definitions: NodeDefinitions
    /// What fields name that are no inputs.
    let files: [PublishedFile]
    let allowsPartnerNodes: Bool

    /// - Throws: ``Refusal``, with all findings of what cannot be read.
    init(_ body: CallBody) throws(Refusal) {
        let id = try body.requiredText("id")
        try self.init(body, id: id, nil, NodeDefinitions(objectInfo: body.value("definitions") ?? [:]))
    }

    /// A request about a workflow that the gateway has found by itself.
    ///
    /// - Parameters:
    ///   - body: May lack the id, which is empty then.
    ///   - definitions: Of the servers' classes.
    /// - Throws: ``Refusal``, with all findings of what cannot be read.
    init(_ body: CallBody, of document: WorkflowDocument, _ definitions: NodeDefinitions) throws(Refusal) {
        let id = try body.text("id") ?? ""
        try self.init(body, id: id, document, definitions)
    }

    /// - Parameter document: Nil for what the body has.
    private init(
        _ body: CallBody, id: String, _ document: WorkflowDocument?, _ definitions: NodeDefinitions
    ) throws(Refusal) {
        self.id = id
        self.definitions = definitions
        title = try body.text("title") ?? ""
        summary = try body.text("summary") ?? ""
        alias = try body.text("alias")
        allowsPartnerNodes = try body.flag("partner_nodes") ?? false
        var findings: [PublicationFinding] = []
        if let texts = try Self.list("inputs", in: body) {
            inputs = Self.read(texts, into: &findings, InputSelector.init(parsing:))
        } else {
            inputs = nil
        }
        if let texts = try Self.list("outputs", in: body) {
            outputs = Self.read(texts, into: &findings, OutputSelector.init(parsing:))
        } else {
            outputs = nil
        }
        if let document {
            files = []
            content = .graph(document.graph, page: document.page)
        } else {
            files = try Self.files(body)
            content = try Self.content(body)
        }
        guard findings.isEmpty else { throw .notPublishable(findings) }
    }

    private static func files(_ body: CallBody) throws(Refusal) -> [PublishedFile] {
        let entries = body.value("files")?.arrayValue ?? []
        let files = entries.compactMap { PublishedFile($0) }
        guard files.count == entries.count else {
            throw .invalidParameter("files must be objects with node, field, filename, key and mime_type")
        }
        return files
    }

    private static func content(_ body: CallBody) throws(Refusal) -> Content {
        if let script = try body.text("script") { return .script(Array(script.utf8)) }
        guard let json = body.value("graph") else { throw .invalidParameter("graph or script is missing") }
        do throws(GraphProblem) {
            return .graph(try WorkflowGraph(json), page: body.value("page"))
        } catch {
            throw .notPublishable([PublicationFinding(error)])
        }
    }

    /// Nil if it was not given.
    private static func list(_ name: String, in body: CallBody) throws(Refusal) -> [String]? {
        guard let value = body.value(name) else { return nil }
        let texts = value.arrayValue.map { $0.compactMap(\.stringValue) } ?? []
        guard let values = value.arrayValue, texts.count == values.count else {
            throw .invalidParameter("\(name) must be a list of texts such as image=1.image")
        }
        return texts
    }

    private static func read<Selector>(
        _ texts: [String], into findings: inout [PublicationFinding],
        _ parse: (String) throws(SelectorProblem) -> Selector
    ) -> [Selector] {
        var selectors: [Selector] = []
        for text in texts {
            do throws(SelectorProblem) {
                selectors.append(try parse(text))
            } catch {
                findings.append(.error(error.description))
            }
        }
        return selectors
    }
}

extension Refusal {
    /// A workflow that cannot be published, with all that is to be said of it.
    static func notPublishable(_ findings: [PublicationFinding]) -> Refusal {
        let errors = findings.filter { $0.severity == .error }
        let more = errors.count > 1 ? " (and \(errors.count - 1) more)" : ""
        var refusal = Refusal("NotPublishable", (errors.first?.message ?? "the workflow cannot be published") + more)
        refusal.details = ["findings": .array(findings.map(\.json))]
        return refusal
    }
}
