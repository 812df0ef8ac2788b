import SpeedPix

/// The types under which files are served: what a browser does with a file must not be the choice of whoever has stored it.
enum ServedType {
    /// Pictures, films, sounds and archives, none of which a browser runs. An SVG is a page.
    private static let known: Set<String> = [
        "image/png", "image/jpeg", "image/gif", "image/webp", "image/tiff", "image/bmp", "image/avif", "image/heic",
        "image/heif", "video/mp4", "video/webm", "video/quicktime", "video/x-m4v", "video/x-matroska",
        "video/x-msvideo", "audio/mpeg", "audio/wav", "audio/flac", "audio/ogg", "audio/aac", "audio/mp4",
        "application/pdf", "application/zip",
    ]

    /// - Parameter head: The first bytes of a file, as many as ``MediaType/sniffedLength``.
    /// - Returns: The type that they show, if it is one of the known ones.
    static func type(of head: [UInt8]) -> String {
        MediaType.sniff(head).flatMap { known.contains($0) ? $0 : nil } ?? MediaType.unknown
    }
}
