#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A file among a workflow's outputs, with whatever the service has reported about it.
///
/// ``ImageFile``, ``VideoFile``, ``AudioFile`` and ``DocumentFile`` are the same with what such files have of their own.
public struct FileOutput: Sendable {
    /// Where it can be downloaded; it expires.
    public let url: String
    /// The service's description: everything but the URL, as it came, and what was found by probing.
    public internal(set) var properties: [String: JSONValue]
    /// What downloads it; no part of its identity.
    private(set) var attachment: FilesAttachment?

    /// A value that is a file: a URL, or an object with a `url`. Anything else is data.
    public init?(_ value: JSONValue) {
        switch value {
        case .string(let text):
            guard let encoded = FileURL.encoded(text, isNamedURL: false) else { return nil }
            url = encoded
            properties = [:]
        case .object(let members):
            guard let text = members["url"]?.stringValue, let encoded = FileURL.encoded(text, isNamedURL: true) else {
                return nil
            }
            url = encoded
            properties = members.filter { $0.key != "url" }
        default:
            return nil
        }
    }

    /// Every file in a value, at any depth; arrays in order, members by name.
    public static func all(in value: JSONValue) -> [FileOutput] {
        if let file = FileOutput(value) { return [file] }
        return switch value {
        case .array(let values): values.flatMap(all)
        case .object(let members): members.sorted { $0.key < $1.key }.flatMap { all(in: $0.value) }
        default: []
        }
    }

    /// The service's name for it, else the last part of the URL's path; never with a path separator in it.
    public var filename: String {
        let described = properties["filename"]?.lenientString ?? properties["file_name"]?.lenientString
        let candidate = described ?? URL(string: url)?.lastPathComponent ?? ""
        let name = candidate.split { "/\\".contains($0) || $0.unicodeScalars.contains(where: \.steers) }.last ?? ""
        // A service must not be able to name `.bashrc`, nor a name that no file system takes.
        let visible = name.drop { $0 == "." }
        guard !visible.isEmpty else { return "output" }
        let ending = MediaType.fileExtension(of: String(visible))
        guard visible.utf8.count > Self.longestName else { return String(visible) }
        // A character takes four bytes at the most, but for what a joiner holds together.
        let stem = visible.unicodeScalars.prefix(Self.longestName / 4)
        return String(stem) + (ending.isEmpty ? "" : ".\(ending.prefix(20))")
    }

    /// Bytes. File systems allow 255, and a temporary name adds to it.
    private static let longestName = 200

    /// "png", "jpg" …: as the service says, else by the name.
    public var format: String? {
        if let format = properties["format"]?.lenientString { return format.lowercased() }
        let ending = MediaType.fileExtension(of: filename)
        return ending.isEmpty ? nil : ending
    }

    /// The content type from the service, else by name or format; `application/octet-stream` if both are unknown.
    public var mimeType: String {
        for key in ["mime_type", "mimeType", "content_type", "contentType"] {
            if let type = properties[key]?.lenientString { return type }
        }
        return MediaType.guess(filename: filename.contains(".") ? filename : "x.\(format ?? "")")
    }

    /// Bytes, if the service has reported them.
    public var size: Int64? { properties["size"]?.lenientInteger }
    /// Pixels, if the service has reported them.
    public var width: Int? { properties["width"]?.lenientInteger.flatMap { Int(exactly: $0) } }
    /// Pixels, if the service has reported them.
    public var height: Int? { properties["height"]?.lenientInteger.flatMap { Int(exactly: $0) } }

    /// Width divided by height; nil while either is unknown.
    public var aspectRatio: Double? {
        guard let width, let height, width > 0, height > 0 else { return nil }
        return Double(width) / Double(height)
    }
}

extension FileOutput: Hashable {
    /// The same URL and description; not by whom it would be downloaded.
    public static func == (left: FileOutput, right: FileOutput) -> Bool {
        left.url == right.url && left.properties == right.properties
    }

    /// Hashes URL and description.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(url)
        hasher.combine(properties)
    }
}

extension FileOutput {
    /// The same file, to be downloaded by a client's files.
    public func attached(to files: Files) -> FileOutput {
        var output = self
        output.attachment = FilesAttachment(files)
        return output
    }

    /// - Throws: ``SpeedPixError`` `invalid_argument` for a value that no client made.
    func attachedFiles() throws -> Files {
        guard let attachment else {
            throw SpeedPixError(
                .invalidArgument, "nothing says by which client \(filename) is to be downloaded",
                remedy: "say file.attached(to: client.files) first, or download its url with client.files")
        }
        return attachment.files
    }

    /// Downloads it, streaming to disk; see ``Files/save(_:to:onProgress:)``.
    ///
    /// - Parameter path: The target file; a folder, or a path that ends with a slash, keeps the file's own name.
    /// - Returns: The path it was written to.
    /// - Throws: ``SpeedPixError``: `invalid_argument` for a value that was not decoded by a client or
    ///   ``attached(to:)`` one, else as ``Files/download(_:to:onProgress:)``, also when the task is cancelled.
    @discardableResult
    public func save(to path: String, onProgress: TransferProgress.Handler? = nil) async throws -> String {
        try await attachedFiles().save(self, to: path, onProgress: onProgress)
    }

    /// Downloads it into memory.
    ///
    /// - Parameter limit: Bytes. A file that has more is an error.
    /// - Throws: ``SpeedPixError`` `invalid_argument` as ``save(to:onProgress:)``, else as ``Files/read(_:limit:)``.
    public func read(limit: Int = 256 << 20) async throws -> [UInt8] {
        try await attachedFiles().read(url, limit: limit)
    }
}

/// A client's files by reference: a result can hold thousands of files.
final class FilesAttachment: Sendable {
    let files: Files

    init(_ files: Files) { self.files = files }
}

extension FileOutput: CustomStringConvertible {
    /// As logs and messages show it: the URL without its query, which may be a signature.
    public var description: String { url.withoutSignatures }
}
