#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

extension UploadedFile {
    /// A file that was uploaded before, from a program's own records, or made up for a test.
    ///
    /// - Parameters:
    ///   - url: What goes into a workflow's input.
    ///   - filename: The name it was uploaded under.
    ///   - size: Bytes.
    ///   - mimeType: By the name's extension if nil.
    ///   - objectKey: The store's name for it; empty if it is not known.
    ///   - createdAt: When it was uploaded; a URL without `expiresAt` is taken to last an hour from then.
    ///   - expiresAt: When the URL ends; nil if the service did not say.
    public init(
        url: String, filename: String, size: Int64, mimeType: String? = nil, objectKey: String = "", createdAt: Date,
        expiresAt: Date? = nil
    ) {
        self.init(
            url: url, objectKey: objectKey, filename: filename, size: size,
            mimeType: mimeType ?? MediaType.guess(filename: filename), createdAt: createdAt, expiresAt: expiresAt)
    }
}
