import Spelling

/// A workflow and the backend that runs it.
struct OfferedWorkflow: Sendable {
    let workflow: any Workflow
    let backend: any Backend
    /// As clients name it.
    var version = WorkflowCatalogue.version
}

/// The workflows that a gateway offers, by id.
struct WorkflowCatalogue: Sendable {
    /// The only alias and the only version there are: a local workflow is what its source says.
    static let alias = "main"
    static let version = "v1"

    private let workflows: [String: OfferedWorkflow]

    /// - Parameter backends: Of two that offer a workflow of the same id the last one counts.
    init(_ backends: [any Backend]) {
        let offered = backends.flatMap { backend in
            backend.workflows.map { ($0.id, OfferedWorkflow(workflow: $0, backend: backend)) }
        }
        workflows = Dictionary(offered, uniquingKeysWith: { _, last in last })
    }

    /// In alphabetical order.
    var ids: [String] { workflows.keys.sorted() }

    /// - Throws: ``Refusal`` that names what exists.
    func workflow(_ id: String, alias: String?, version: String?) throws(Refusal) -> OfferedWorkflow {
        guard let workflow = workflows[id] else {
            let shown = id.prefix(100)
            let nearest =
                NearestName.suggestion(for: id, among: workflows.keys).map { "; did you mean \"\($0)\"?" } ?? ""
            throw Refusal(
                "WorkflowNotFound",
                "there is no workflow \"\(shown)\"\(nearest) (there are: \(workflows.keys.sorted().joined(separator: ", ")))"
            )
        }
        if let version, version != Self.version {
            throw Refusal(
                "VersionNotFound",
                "the workflow \(id) has no version \"\(version.prefix(100))\" (there is: \(Self.version))")
        }
        if let alias, alias != Self.alias {
            throw Refusal(
                "AliasNotFound", "the workflow \(id) has no alias \"\(alias.prefix(100))\" (there is: \(Self.alias))")
        }
        return workflow
    }
}
