import HTTPTypes
import SpeedPix

/// The calls that a fault can strike, by the names that they have in files.
package enum FaultTarget: String, Sendable, Hashable, CaseIterable {
    case create
    case progress
    case result
    case cancel
    case signUpload = "sign_upload"
    case getFile = "get_file"
    case deleteFile = "delete_file"
    /// `PUT` of a file.
    case upload
    /// `GET` or `HEAD` of a file.
    case download

    package static let signedCalls = Set(allCases).subtracting([.upload, .download])

    /// - Parameter path: Without its query.
    init?(_ method: HTTPRequest.Method, path: String) {
        switch (method, Route(rawValue: path)) {
        case (.post, .create?): self = .create
        case (.post, .progress?): self = .progress
        case (.post, .result?): self = .result
        case (.post, .cancel?): self = .cancel
        case (.post, .signUpload?): self = .signUpload
        case (.post, .getFile?): self = .getFile
        case (.post, .deleteFile?): self = .deleteFile
        case (.put, nil) where path.hasPrefix(URLSigner.pathPrefix): self = .upload
        case (.get, nil) where path.hasPrefix(URLSigner.pathPrefix): self = .download
        case (.head, nil) where path.hasPrefix(URLSigner.pathPrefix): self = .download
        default: return nil
        }
    }
}
