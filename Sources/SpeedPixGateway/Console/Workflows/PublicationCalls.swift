import HTTPTypes
import Hummingbird
import SpeedPix

/// `POST /speedpix/servers/N/history/PROMPT/plan`: what would be published of a prompt, what else could be, and all that is
/// wrong with it. Nothing is changed.
struct PlanHistoryCall: AdminCall {
    let method = HTTPRequest.Method.post
    let path = "servers/:number/history/:prompt/plan"
    let publication: HistoryPublication

    func answer(_ request: Request, _ context: GatewayContext) async throws -> JSONValue {
        let prepared = try await publication.prepared(try await WorkflowAdministration.body(request), context)
        let (plan, catalogue) = (prepared.plan, publication.administration.catalogue)
        let missing = try await publication.history.ask(prepared.found) { client in
            try await NamedFileImport(administration: publication.administration, client: client).missing(plan)
        }
        let candidates = PublicationCandidates(plan)
        let ids = Set(catalogue.ids)
        var members = plan.json.objectValue ?? [:]
        members["findings"] = .array((plan.findings + missing).map(\.json))
        members["candidates"] = .array(candidates.inputs)
        members["output_candidates"] = .array(candidates.outputs)
        members["proposed_id"] = .string(candidates.id { ids.contains($0) })
        return .object(members)
    }
}

/// `POST /speedpix/servers/N/history/PROMPT/publish`: makes a prompt the next version of a workflow.
struct PublishHistoryCall: AdminCall {
    let method = HTTPRequest.Method.post
    let path = "servers/:number/history/:prompt/publish"
    let publication: HistoryPublication

    func answer(_ request: Request, _ context: GatewayContext) async throws -> JSONValue {
        let body = try await WorkflowAdministration.body(request)
        _ = try body.requiredText("id")
        let isTried = try body.flag("try") ?? true
        return try await publication.publish(try await publication.prepared(body, context), isTried: isTried)
    }
}
