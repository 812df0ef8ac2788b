/// The service's calls. All are `POST` with a JSON body; the paths are the service's own.
package enum Route: String, Sendable, CaseIterable {
    case create = "/scc/comfy_prompt"
    case progress = "/scc/comfy_get_progress"
    case result = "/scc/comfy_get_result"
    case signUpload = "/scc/sp_create_temp_file_upload_sign"

    // This project's own: no public source of the service has them. The local gateway offers them; where they are
    // missing, the client says `unsupported`.
    case cancel = "/scc/comfy_cancel"
    case getFile = "/scc/sp_get_temp_file"
    case deleteFile = "/scc/sp_delete_temp_file"

    /// Bytes. A larger answer is a mistake or an attack. Results may have pictures and texts in them.
    var largestAnswer: Int { self == .result ? 256 << 20 : 8 << 20 }

    /// What a call of it is for.
    package var operation: ClientOperation {
        switch self {
        case .create: .create
        case .progress: .progress
        case .result: .result
        case .signUpload: .signUpload
        case .cancel: .cancel
        case .getFile: .getFile
        case .deleteFile: .deleteFile
        }
    }
}
