/// A file of a result with a medium of its own: ``ImageFile``, ``VideoFile``, ``AudioFile`` or ``DocumentFile``.
///
/// Each decodes from a URL or from an object with a `url`, so that a result's type can hold them:
///
/// ```swift
/// struct Result: Decodable {
///     var images: ImageFile
///     var info: String
/// }
/// ```
///
/// Properties are what the service has reported, in camelCase or snake_case, numbers possibly as text; nil where it has
/// reported nothing. ``MediaFile/probed(by:at:)`` fills them from the file itself.
public protocol MediaFile: Codable, Hashable, InputValueConvertible, CustomStringConvertible {
    /// The medium, for probing.
    static var kind: MediaKind { get }
    /// URL and description.
    var file: FileOutput { get set }
    /// Any file taken for one of this medium.
    init(_ file: FileOutput)
}

extension MediaFile {
    /// From a URL, an object with a `url`, or a list of just one of them; `DecodingError` for anything else.
    public init(from decoder: any Decoder) throws {
        self.init(try FileOutput(from: decoder))
    }

    /// As a URL if nothing more is known, else as an object with a `url`.
    public func encode(to encoder: any Encoder) throws {
        try file.encode(to: encoder)
    }

    /// Where it can be downloaded; it expires.
    public var url: String { file.url }
    /// The service's name for it, else the last part of the URL's path; never with a path separator in it.
    public var filename: String { file.filename }
    /// "png", "mp4" …: as the service says, else by the name.
    public var format: String? { file.format }
    /// The content type from the service, else by name or format; `application/octet-stream` if both are unknown.
    public var mimeType: String { file.mimeType }
    /// Bytes.
    public var size: Int64? { file.size }
    /// Everything the service has reported but the URL, as it came.
    public var properties: [String: JSONValue] { file.properties }

    /// The same file, to be downloaded by a client's files.
    public func attached(to files: Files) -> Self {
        var copy = self
        copy.file = file.attached(to: files)
        return copy
    }

    /// Downloads it, streaming to disk; see ``FileOutput/save(to:onProgress:)``.
    ///
    /// - Returns: The path it was written to.
    /// - Throws: As ``FileOutput/save(to:onProgress:)``.
    @discardableResult
    public func save(to path: String, onProgress: TransferProgress.Handler? = nil) async throws -> String {
        try await file.save(to: path, onProgress: onProgress)
    }

    /// Downloads it into memory; see ``FileOutput/read(limit:)``.
    ///
    /// - Throws: As ``FileOutput/read(limit:)``.
    public func read(limit: Int = 256 << 20) async throws -> [UInt8] {
        try await file.read(limit: limit)
    }

    /// As logs and messages show it: the URL without its query, which may be a signature.
    public var description: String { file.description }
}

/// A file that has pixels.
public protocol PixelFile: MediaFile {}

extension PixelFile {
    /// Pixels.
    public var width: Int? { file.width }
    /// Pixels.
    public var height: Int? { file.height }
    /// Width divided by height; nil while either is unknown.
    public var aspectRatio: Double? { file.aspectRatio }
    /// As wide as high; false while ``aspectRatio`` is unknown.
    public var isSquare: Bool { aspectRatio == 1 }
    /// Higher than wide; false while ``aspectRatio`` is unknown.
    public var isPortrait: Bool { aspectRatio.map { $0 < 1 } ?? false }
    /// Wider than high; false while ``aspectRatio`` is unknown.
    public var isLandscape: Bool { aspectRatio.map { $0 > 1 } ?? false }
}
