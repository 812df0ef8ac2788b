/// The service's calls. All are `POST` with a JSON body; the paths are the service's own, but for the last three.
package enum Route: String, Sendable, CaseIterable {
    case create = "/scc/comfy_prompt"
    case progress = "/scc/comfy_get_progress"
    case result = "/scc/comfy_get_result"
    case signUpload = "/scc/sp_create_temp_file_upload_sign"

    // This project's own, offered by the local gateway: no public source names a route of the service for them.
    case cancel = "/scc/comfy_cancel"
    case getFile = "/scc/sp_get_temp_file"
    case deleteFile = "/scc/sp_delete_temp_file"
}
