#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// A file that was uploaded to the service's temporary store.
public struct File: Sendable, Hashable {
    /// What goes into a workflow's input. It expires.
    public var url: String
    /// The store's name for it.
    public var objectKey: String
    /// The name it was uploaded under.
    public var filename: String
    /// Bytes.
    public var size: Int64
    /// The content type it was uploaded with: the caller's, else by the name's extension.
    public var mimeType: String
    /// When it was uploaded, by this machine's clock.
    public var createdAt: Date
    /// When the URL ends; nil if the service did not say.
    public var expiresAt: Date?
}
