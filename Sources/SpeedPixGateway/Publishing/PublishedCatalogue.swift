/// The published workflows as they are at each call, with the backends that run them.
struct PublishedCatalogue: Sendable {
    let store: WorkflowStore
    /// Runs those that are written in Lua.
    let local: any Backend
    /// Runs those from ComfyUI; nil if the gateway has no server for them.
    let comfyUI: (any Backend)?

    /// In alphabetical order.
    var ids: [String] { store.versions.ids }

    /// Whether there is such a workflow for new predictions.
    func has(_ id: String) -> Bool { store.versions.has(id) }

    /// What a new prediction runs.
    ///
    /// - Parameters:
    ///   - alias: With a version beside it, the version counts, and the alias must exist.
    ///   - version: With neither, what the alias `main` stands for, else the latest version.
    /// - Throws: ``Refusal`` that names what there is, or says what the version lacks.
    func workflow(_ id: String, alias: String?, version: String?) throws(Refusal) -> OfferedWorkflow {
        try offered(try store.versions.version(id, alias: alias, version: version))
    }

    /// What a prediction has begun with, whether it was removed since or not.
    ///
    /// - Throws: ``Refusal`` that names what there is, or says what the version lacks.
    func workflow(_ id: String, inUse version: String) throws(Refusal) -> OfferedWorkflow {
        try offered(try store.versions.versionInUse(id, version))
    }

    private func offered(_ version: PublishedVersion) throws(Refusal) -> OfferedWorkflow {
        switch version.content {
        case .graph(let workflow):
            guard let comfyUI else {
                throw Refusal(
                    "NoServer",
                    "the workflow \(version.workflowID) is from ComfyUI, and this gateway has no server of ComfyUI:"
                        + " it is started without one")
            }
            return OfferedWorkflow(workflow: workflow, backend: comfyUI, version: version.name)
        case .script(let workflow, _):
            return OfferedWorkflow(workflow: workflow, backend: local, version: version.name)
        case .unreadable(let reason):
            throw Refusal(
                "VersionUnreadable",
                "the version \(version.name) of the workflow \(version.workflowID) cannot run: \(reason);"
                    + " publish it again")
        }
    }
}
