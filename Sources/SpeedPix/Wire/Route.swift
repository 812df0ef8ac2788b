/// The service's calls. All are `POST` with a JSON body; the raw values are the service's own paths.
///
/// What depends on the call is in ``definition``, for the client, the gateway, its faults and dry runs.
package enum Route: String, Sendable, CaseIterable {
    case create = "/scc/comfy_prompt"
    case progress = "/scc/comfy_get_progress"
    case result = "/scc/comfy_get_result"
    /// This project's own, as are ``getFile`` and ``deleteFile``: no public source of the service has them. The local
    /// gateway offers them; where they are missing, the client says `unsupported`.
    case cancel = "/scc/comfy_cancel"
    case signUpload = "/scc/sp_create_temp_file_upload_sign"
    case getFile = "/scc/sp_get_temp_file"
    case deleteFile = "/scc/sp_delete_temp_file"
    /// This project's own, too: what a gateway offers. A service's workflows are in its console.
    case workflows = "/scc/sp_list_workflows"

    /// Its name for the client, and how it is sent and answered.
    package var definition: RouteDefinition {
        switch self {
        case .create: RouteDefinition(.create, isRepeatable: false, dryRun: .newTask)
        case .progress:
            RouteDefinition(.progress, dryRun: .task(#"{"status":"succeeded","progress":1,"etaRelative":0}"#))
        case .result:
            // It may have pictures and texts in it.
            RouteDefinition(.result, largestAnswer: 256 << 20, dryRun: .task(#"{"status":"succeeded","result":{}}"#))
        case .cancel: RouteDefinition(.cancel, dryRun: .task(#"{"status":"canceled"}"#))
        case .signUpload: RouteDefinition(.signUpload, dryRun: .uploadURLs)
        case .getFile: RouteDefinition(.getFile, dryRun: .empty)
        case .deleteFile: RouteDefinition(.deleteFile, dryRun: .empty)
        case .workflows: RouteDefinition(.workflows, largestAnswer: 64 << 20, dryRun: .workflows)
        }
    }

    /// What a call of it is for.
    package var operation: ClientOperation { definition.operation }
}
