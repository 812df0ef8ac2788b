/// The service's calls. All are `POST` with a JSON body; the paths are the service's own.
package enum Route: String, Sendable, CaseIterable {
    case create = "/scc/comfy_prompt"
    case progress = "/scc/comfy_get_progress"
    case result = "/scc/comfy_get_result"
    case signUpload = "/scc/sp_create_temp_file_upload_sign"
}
