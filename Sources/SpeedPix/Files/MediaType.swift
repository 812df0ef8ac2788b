/// The media types of the files that workflows take and give.
package enum MediaType {
    /// For bytes of an unknown type (RFC 2046, section 4.5.1).
    package static let unknown = "application/octet-stream"

    private static let byExtension: [String: String] = [
        "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp", "gif": "image/gif",
        "bmp": "image/bmp", "tif": "image/tiff", "tiff": "image/tiff", "svg": "image/svg+xml", "heic": "image/heic",
        "heif": "image/heif", "avif": "image/avif",
        "mp4": "video/mp4", "mov": "video/quicktime", "webm": "video/webm", "mkv": "video/x-matroska",
        "avi": "video/x-msvideo", "m4v": "video/x-m4v",
        "mp3": "audio/mpeg", "wav": "audio/wav", "flac": "audio/flac", "ogg": "audio/ogg", "m4a": "audio/mp4",
        "aac": "audio/aac",
        "pdf": "application/pdf", "txt": "text/plain", "md": "text/markdown", "csv": "text/csv",
        "json": "application/json", "zip": "application/zip",
    ]

    /// Where a type has several extensions, the usual one.
    private static let byType: [String: String] = [
        "image/jpeg": "jpg", "image/tiff": "tiff", "text/plain": "txt",
    ]

    /// The part after the last dot, in lower case; empty if the name has none.
    package static func fileExtension(of name: String) -> String {
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
        let suffix = name[name.index(after: dot)...]
        return suffix.contains("/") ? "" : suffix.lowercased()
    }

    /// The extension for a type, without its parameters; nil for an unknown type.
    package static func fileExtension(for mediaType: String) -> String? {
        let name = mediaType.prefix { $0 != ";" }.lowercased().filter { !$0.isWhitespace }
        return byType[name] ?? byExtension.first { $0.value == name }?.key
    }

    /// The type that a file name promises.
    package static func guess(filename: String) -> String {
        byExtension[fileExtension(of: filename)] ?? unknown
    }
}
