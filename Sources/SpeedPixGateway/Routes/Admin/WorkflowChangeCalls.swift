import HTTPTypes
import Hummingbird
import SpeedPix

/// `PUT /speedpix/workflows/ID/aliases/ALIAS`, with `version`: lets an alias stand for a version.
struct SetAliasCall: AdminCall {
    let method = HTTPRequest.Method.put
    let path = "workflows/:id/aliases/:alias"
    let administration: WorkflowAdministration

    func answer(_ request: Request, _ context: GatewayContext) async throws -> JSONValue {
        let (id, alias) = (try context.part("id"), try context.part("alias"))
        let version = try await WorkflowAdministration.body(request).requiredText("version")
        try await administration.workflows.setAlias(alias, of: id, version: version)
        return ["id": .string(id), "alias": .string(alias), "version": .string(version)]
    }
}

/// `DELETE /speedpix/workflows/ID`: offers a workflow no more.
struct RemoveWorkflowCall: AdminCall {
    let method = HTTPRequest.Method.delete
    let path = "workflows/:id"
    let administration: WorkflowAdministration

    func answer(_ request: Request, _ context: GatewayContext) async throws -> JSONValue {
        let id = try context.part("id")
        try administration.checkRemovable(id)
        try await administration.workflows.remove(id)
        return ["id": .string(id)]
    }
}

/// `DELETE /speedpix/workflows/ID/versions/VERSION`: offers a version no more.
struct RemoveVersionCall: AdminCall {
    let method = HTTPRequest.Method.delete
    let path = "workflows/:id/versions/:version"
    let administration: WorkflowAdministration

    func answer(_ request: Request, _ context: GatewayContext) async throws -> JSONValue {
        let (id, version) = (try context.part("id"), try context.part("version"))
        try administration.checkRemovable(id)
        try await administration.workflows.remove(id, version: version)
        return ["id": .string(id), "version": .string(version)]
    }
}

extension WorkflowAdministration {
    /// - Throws: ``Refusal`` for a workflow that comes with the gateway.
    fileprivate func checkRemovable(_ id: String) throws(Refusal) {
        guard catalogue.own(id) == nil else {
            throw .invalidParameter("the workflow \(id) comes with the gateway, and stays")
        }
    }
}
