import SpeedPix

/// Workflows as the gateway's own routes tell of them.
enum WorkflowJSON {
    /// What a new prediction of a workflow gets if nothing is said of version and alias.
    ///
    /// - Throws: ``Refusal`` if there is no such workflow.
    static func summary(_ id: String, in catalogue: WorkflowCatalogue) throws(Refusal) -> JSONValue {
        if let own = catalogue.own(id) {
            var members = description(own.workflow)
            members["kind"] = "local"
            members["version"] = .string(WorkflowCatalogue.version)
            members["versions"] = [.string(WorkflowCatalogue.version)]
            members["aliases"] = [WorkflowCatalogue.alias: .string(WorkflowCatalogue.version)]
            return .object(members)
        }
        guard let published = catalogue.published, let line = published.store.versions.lines[id],
            published.has(id)
        else { throw catalogue.notFound(id) }
        let version = try published.store.versions.version(id, alias: nil, version: nil)
        var members = description(version)
        members["versions"] = .array(line.offered.map { .string($0.name) })
        members["aliases"] = .object(line.aliases.mapValues { .string(PublishedVersion.name($0)) })
        return .object(members)
    }

    /// Of a version alone: what it is, takes and gives.
    static func description(_ version: PublishedVersion) -> [String: JSONValue] {
        var members: [String: JSONValue] = ["id": .string(version.workflowID)]
        switch version.content {
        case .graph(let workflow):
            members = description(workflow)
            members["kind"] = .string(StoredVersion.Kind.comfyui.rawValue)
            let example = (workflow.example?.objectValue ?? [:]).keys.sorted()
            let seeds = SeedField.all(in: workflow.graph, workflow.definitions, for: workflow.targets)
            members["has_seeds"] = .bool(!seeds.isEmpty)
            members["example"] = .array(example.map { .string($0) })
            members["example_seconds"] = workflow.exampleSeconds.map { .double($0) }
        case .script(let workflow, _):
            members = description(workflow)
            members["kind"] = .string(StoredVersion.Kind.lua.rawValue)
        case .unreadable(let reason):
            members["problem"] = .string(reason)
            members["inputs"] = []
        }
        members["version"] = .string(version.name)
        members["created"] = .integer(Int64(version.created.timeIntervalSince1970))
        return members
    }

    /// Of a workflow without its versions.
    static func description(_ workflow: any Workflow) -> [String: JSONValue] {
        let published = (workflow as? PublishedWorkflow)?.publishedInputs ?? []
        let inputs = workflow.inputs.map { input -> JSONValue in
            var members = json(input)
            if let source = published.first(where: { $0.name == input.name }) {
                members["node"] = .string(source.field.node)
                members["field"] = .string(source.field.field)
                if source.kind.isFile { members["type"] = .string(source.kind.rawValue) }
            }
            return .object(members)
        }
        var members: [String: JSONValue] = [
            "id": .string(workflow.id), "title": .string(workflow.title), "summary": .string(workflow.summary),
            "inputs": .array(inputs),
        ]
        let outputs = outputs(of: workflow)
        // A workflow that declares none may give some all the same.
        if !outputs.isEmpty { members["outputs"] = .array(outputs) }
        return members
    }

    private static func outputs(of workflow: any Workflow) -> [JSONValue] {
        let published = (workflow as? PublishedWorkflow)?.publishedOutputs ?? []
        return workflow.declaredOutputs.map { output in
            var members: [String: JSONValue] = [
                "name": .string(output.name), "type": .string(output.kind.rawValue),
                "always_array": .bool(output.isAlwaysArray),
            ]
            if let source = published.first(where: { $0.name == output.name }) {
                members["node"] = .string(source.field.node)
                members["field"] = .string(source.field.field)
            }
            return .object(members)
        }
    }

    /// What an input takes, but for where in a workflow from ComfyUI it is.
    static func json(_ input: WorkflowInput) -> [String: JSONValue] {
        var members: [String: JSONValue] = [
            "name": .string(input.name), "type": .string(input.kind.rawValue), "required": .bool(input.isRequired),
            "help": .string(input.help),
        ]
        members["default"] = input.defaultValue
        members["minimum"] = bound(input.wholeRange?.lowerBound, input.minimum)
        members["maximum"] = bound(input.wholeRange?.upperBound, input.maximum)
        if input.kind == .choice { members["choices"] = .array(input.choices) }
        return members
    }

    /// The exact one, where there are both. One beyond 64 bits is none for whoever sends JSON.
    private static func bound(_ whole: Int128?, _ number: Double?) -> JSONValue? {
        if let whole {
            if let exact = Int64(exactly: whole) { return .integer(exact) }
            return UInt64(exactly: whole).map { JSONValue($0) }
        }
        guard let number else { return nil }
        return Int64(exactly: number).map { .integer($0) } ?? .double(number)
    }
}
