internal import CImaging

/// A picture's file format.
public enum ImageFormat: String, Sendable, Hashable, CaseIterable {
    case jpeg, png, webp, gif, tiff
    /// HEIC or AVIF; read where libvips can, never written.
    case heif

    /// The format that a file name's extension stands for, in any case and with or without a path before it.
    public init?(fileName: String) {
        let name = fileName.utf8.split(separator: UInt8(ascii: "/")).last.map(Substring.init) ?? ""
        guard let dot = name.lastIndex(of: ".") else { return nil }
        self.init(name: String(name[name.index(after: dot)...]))
    }

    /// The format of that name or extension, e.g. `jpg`, `JPEG`, `.webp`.
    public init?(name: String) {
        let bare = name.lowercased().drop { $0 == "." }
        switch bare {
        case "jpg", "jpe", "jfif": self = .jpeg
        case "tif": self = .tiff
        case "heic", "avif": self = .heif
        default: self.init(rawValue: String(bare))
        }
    }

    /// The registered media type, e.g. `image/jpeg`.
    public var mediaType: String { "image/\(rawValue)" }

    /// The usual extension without its dot, e.g. `jpg`.
    public var fileExtension: String { self == .jpeg ? "jpg" : rawValue }

    init?(code: Int32) {
        guard let format = Self.allCases.first(where: { $0.code == code }) else { return nil }
        self = format
    }

    var code: Int32 {
        switch self {
        case .jpeg: Int32(SPX_FORMAT_JPEG)
        case .png: Int32(SPX_FORMAT_PNG)
        case .webp: Int32(SPX_FORMAT_WEBP)
        case .gif: Int32(SPX_FORMAT_GIF)
        case .tiff: Int32(SPX_FORMAT_TIFF)
        case .heif: Int32(SPX_FORMAT_HEIF)
        }
    }
}
