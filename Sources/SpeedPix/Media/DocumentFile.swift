#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// A document of a result.
public struct DocumentFile: MediaFile {
    /// Documents.
    public static let kind = MediaKind.document
    /// URL and description.
    public var file: FileOutput

    /// Any file taken for a document.
    public init(_ file: FileOutput) { self.file = file }

    /// How many pages it has.
    public var pages: Int? { file.rounded("pages", "page_count", "pageCount") }
    /// As the document says: "en", "zh-CN" …
    public var language: String? { file.text("language", "lang") }
    /// As the document says.
    public var author: String? { file.text("author") }
    /// When the document was made, as it says itself.
    public var createdAt: Date? { file.first("created_at", "createdAt")?.lenientDate }
}
