/// What a request is for.
public struct ClientOperation: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The name in snake case, as metrics and logs show it.
    public let rawValue: String

    /// An operation by its name.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// As logs and metrics show it: the raw value.
    public var description: String { rawValue }

    /// Starts a prediction. The only operation that costs.
    public static let create = ClientOperation(rawValue: "create")
    /// Asks how a prediction stands.
    public static let progress = ClientOperation(rawValue: "progress")
    /// Fetches a prediction's result.
    public static let result = ClientOperation(rawValue: "result")
    /// Ends a prediction.
    public static let cancel = ClientOperation(rawValue: "cancel")
    /// Asks for a signed upload URL.
    public static let signUpload = ClientOperation(rawValue: "sign_upload")
    /// Asks about an uploaded file.
    public static let getFile = ClientOperation(rawValue: "get_file")
    /// Deletes an uploaded file.
    public static let deleteFile = ClientOperation(rawValue: "delete_file")
    /// Asks what workflows there are.
    public static let workflows = ClientOperation(rawValue: "workflows")
    /// Sends a file's bytes to the store. Not signed: the URL is.
    public static let upload = ClientOperation(rawValue: "upload")
    /// Fetches a file. Not signed: the URL is.
    public static let download = ClientOperation(rawValue: "download")
}
