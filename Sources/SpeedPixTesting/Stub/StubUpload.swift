/// A file that was uploaded to a ``StubTransport``.
public struct StubUpload: Sendable, Hashable {
    /// What the client got for it, and sends in inputs.
    public let url: String
    /// The store's name for it.
    public let objectKey: String
    /// As the client named it.
    public let filename: String
    /// As the client signed it.
    public let contentType: String
    /// All of it.
    public let bytes: [UInt8]
}
