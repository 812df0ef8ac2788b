import HTTPTypes
package import SpeedPix

extension ClientOperation {
    /// The signed calls, in the order in which texts list them.
    package static let signedCalls = Route.allCases.map(\.operation)

    /// What a fault can strike, by the names that files of faults have for it: the signed calls, `PUT` of a file, and `GET` or
    /// `HEAD` of one.
    package static let faultTargets = signedCalls + [.upload, .download]

    /// What a request to the gateway is for; nil for one that no fault strikes.
    ///
    /// - Parameter path: Without its query.
    init?(_ method: HTTPRequest.Method, path: String) {
        switch (method, Route(rawValue: path)) {
        case (.post, let route?): self = route.operation
        case (.put, nil) where path.hasPrefix(URLSigner.pathPrefix): self = .upload
        case (.get, nil) where path.hasPrefix(URLSigner.pathPrefix): self = .download
        case (.head, nil) where path.hasPrefix(URLSigner.pathPrefix): self = .download
        default: return nil
        }
    }
}
