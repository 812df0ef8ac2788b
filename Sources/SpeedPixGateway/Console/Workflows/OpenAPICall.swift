import HTTPTypes
import Hummingbird
import SpeedPix

/// `GET /speedpix/workflows/ID/openapi`, with `version` perhaps: the calls that run it, for programs.
struct OpenAPICall: AdminCall {
    let method = HTTPRequest.Method.get
    let path = "workflows/:id/openapi"
    let administration: WorkflowAdministration

    func answer(_ request: Request, _ context: GatewayContext) async throws -> JSONValue {
        let id = try context.part("id")
        let given = QueryParameters(request).text("version")
        let origin = try SignedCallHandler.origin(of: request, administration.configuration)
        if let own = administration.catalogue.own(id) {
            return OpenAPIDocument(
                workflow: own.workflow, version: WorkflowCatalogue.version,
                alias: given == nil ? WorkflowCatalogue.alias : nil, origin: origin
            ).json
        }
        let versions = administration.workflows.versions
        let version = try versions.version(id, alias: nil, version: given)
        guard let workflow = version.workflow else {
            throw Refusal("VersionUnreadable", "the version \(version.name) of \(id) cannot run: publish it again")
        }
        let main = versions.lines[id]?.aliases[PublishedVersions.mainAlias]
        let hasAlias = given == nil && main == version.number
        return OpenAPIDocument(
            workflow: workflow, version: version.name, alias: hasAlias ? PublishedVersions.mainAlias : nil,
            origin: origin
        ).json
    }
}
