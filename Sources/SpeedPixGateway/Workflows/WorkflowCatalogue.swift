import Spelling

/// A workflow and the backend that runs it.
struct OfferedWorkflow: Sendable {
    let workflow: any Workflow
    let backend: any Backend
    /// As clients name it.
    var version = WorkflowCatalogue.version
}

/// The workflows that a gateway offers: those of its backends, which are always the same, and what has been published so far.
struct WorkflowCatalogue: Sendable {
    /// The only alias and the only version of a backend's workflow: it is what its source says.
    static let alias = "main"
    static let version = "v1"

    private let workflows: [String: OfferedWorkflow]
    /// Nil where nothing can be published.
    let published: PublishedCatalogue?

    /// - Parameter backends: Of two that offer a workflow of the same id the last one counts.
    init(_ backends: [any Backend], published: PublishedCatalogue? = nil) {
        let offered = backends.flatMap { backend in
            backend.workflows.map { ($0.id, OfferedWorkflow(workflow: $0, backend: backend)) }
        }
        workflows = Dictionary(offered, uniquingKeysWith: { _, last in last })
        self.published = published
    }

    /// The ids of the backends' workflows, which nothing else may be published under.
    var ownIDs: Set<String> { Set(workflows.keys) }

    /// In alphabetical order.
    var ids: [String] { Set(workflows.keys).union(published?.ids ?? []).sorted() }

    /// One of the backends' workflows.
    func own(_ id: String) -> OfferedWorkflow? { workflows[id] }

    /// What a new prediction runs.
    ///
    /// - Throws: ``Refusal`` that names what exists.
    func workflow(_ id: String, alias: String?, version: String?) throws(Refusal) -> OfferedWorkflow {
        guard let workflow = workflows[id] else {
            guard let published, published.has(id) else { throw notFound(id) }
            return try published.workflow(id, alias: alias, version: version)
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

    /// What a prediction has begun with, offered any more or not.
    ///
    /// - Parameter version: Nil if the gateway that accepted it knew of none.
    /// - Throws: ``Refusal`` that names what exists.
    func workflow(_ id: String, inUse version: String?) throws(Refusal) -> OfferedWorkflow {
        if workflows[id] == nil, let published, let version { return try published.workflow(id, inUse: version) }
        return try workflow(id, alias: nil, version: version)
    }

    func notFound(_ id: String) -> Refusal {
        let nearest = NearestName.suggestion(for: id, among: ids).map { "; did you mean \"\($0)\"?" } ?? ""
        return Refusal(
            "WorkflowNotFound",
            "there is no workflow \"\(id.prefix(100))\"\(nearest) (there are: \(ids.joined(separator: ", ")))")
    }
}
