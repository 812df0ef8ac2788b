import SpeedPix

/// `/scc/sp_list_workflows`: what the gateway offers, or one workflow of it, with what each takes.
struct WorkflowsCall: ServiceCall {
    let route = Route.workflows
    let catalogue: WorkflowCatalogue

    func answer(_ call: SignedCall) async throws -> JSONValue {
        if let id = try call.body.text("workflow_id", "workflowId") {
            return ["workflows": [try WorkflowJSON.summary(id, in: catalogue)]]
        }
        // One that was removed meanwhile is left out.
        return ["workflows": .array(catalogue.ids.compactMap { try? WorkflowJSON.summary($0, in: catalogue) })]
    }
}
