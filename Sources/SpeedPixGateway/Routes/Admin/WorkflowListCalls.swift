import HTTPTypes
import Hummingbird
import SpeedPix

/// `GET /speedpix/workflows`: all workflows, with what each takes.
struct ListWorkflowsCall: AdminCall {
    let method = HTTPRequest.Method.get
    let path = "workflows"
    let administration: WorkflowAdministration

    func answer(_ request: Request, _ context: GatewayContext) async throws -> JSONValue {
        let catalogue = administration.catalogue
        return ["workflows": .array(catalogue.ids.compactMap { try? WorkflowJSON.summary($0, in: catalogue) })]
    }
}

/// `GET /speedpix/workflows/ID`: one workflow, with each of its versions.
struct ShowWorkflowCall: AdminCall {
    let method = HTTPRequest.Method.get
    let path = "workflows/:id"
    let administration: WorkflowAdministration

    func answer(_ request: Request, _ context: GatewayContext) async throws -> JSONValue {
        let id = try context.part("id")
        guard case .object(var members) = try WorkflowJSON.summary(id, in: administration.catalogue) else {
            return .null
        }
        let versions = administration.workflows.versions.lines[id]?.offered ?? []
        if administration.catalogue.own(id) == nil {
            members["history"] = .array(versions.map { .object(WorkflowJSON.description($0)) })
        }
        return .object(members)
    }
}

/// `GET /speedpix/workflows/ID/versions/VERSION`: all that was published, to publish it elsewhere.
struct ExportVersionCall: AdminCall {
    let method = HTTPRequest.Method.get
    let path = "workflows/:id/versions/:version"
    let administration: WorkflowAdministration

    func answer(_ request: Request, _ context: GatewayContext) async throws -> JSONValue {
        let name = try context.part("version")
        let versions = administration.workflows.versions
        // An alias is as good a name for it as its own.
        let isVersion = PublishedVersion.number(of: name) != nil
        let version = try versions.version(
            try context.part("id"), alias: isVersion ? nil : name, version: isVersion ? name : nil)
        var members = WorkflowJSON.description(version)
        switch version.content {
        case .graph(let workflow):
            members["graph"] = workflow.graph.json
            members["files"] = .array(workflow.files.map(\.json))
            members["definitions"] = workflow.definitions.json
        case .script(_, let source): members["script"] = .string(String(decoding: source, as: UTF8.self))
        case .unreadable: break
        }
        return .object(members)
    }
}
