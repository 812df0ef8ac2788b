#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// A file that was uploaded to the service's temporary store.
public struct UploadedFile: Sendable, Hashable, Identifiable {
    /// What goes into a workflow's input. It expires; see ``Files/renewed(_:source:margin:)``.
    public var url: String
    /// The store's name for it, which ``Files/get(_:)`` and ``Files/delete(_:)`` take; empty if the service gave none.
    public var objectKey: String
    /// The name it was uploaded under.
    public var filename: String
    /// Bytes.
    public var size: Int64
    /// The content type it was uploaded with: the caller's, else by the name's extension, else by the content.
    public var mimeType: String
    /// When it was uploaded, by this machine's clock; as the service says for a file that was asked for by its key.
    public var createdAt: Date
    /// When the URL ends; nil if the service did not say.
    public var expiresAt: Date?

    /// The object key, by the guide's name.
    public var id: String { objectKey }
    /// The URL, by the guide's other name.
    public var accessURL: String { url }

    /// How long a URL is taken to last if the service does not say.
    static let assumedLifetime: Duration = .seconds(3600)

    /// Whether the URL will still be good when `margin` has passed. A URL that does not live twice as long as the margin
    /// counts as good for the first half of its life, or it would never be.
    func isUsable(for margin: Duration, now: Date) -> Bool {
        let end = expiresAt ?? createdAt.addingTimeInterval(UploadedFile.assumedLifetime / .seconds(1))
        let lifetime = max(end.timeIntervalSince(createdAt), 0)
        return end.timeIntervalSince(now) > min(margin / .seconds(1), lifetime / 2)
    }
}
