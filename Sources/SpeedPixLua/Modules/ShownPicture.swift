package import Imaging

/// A picture that a script shows, as large as its frame.
public struct ShownPicture: Sendable {
    /// What the script called it: a path, or a file's name; nil for a picture that was made in the script.
    public let name: String?
    package let image: Image

    init(_ image: Image, name: String?) {
        self.image = image
        self.name = name
    }

    /// Pixels.
    public var width: Int { image.width }
    /// Pixels.
    public var height: Int { image.height }
    /// Whether pixels can be transparent.
    public var hasAlpha: Bool { image.hasAlpha }

    /// All pixels in sRGB, 8 bits each: rows from top to bottom, 3 bytes a pixel, or 4 with alpha (``hasAlpha``, not
    /// premultiplied), no padding.
    public var pixels: [UInt8] { image.pixels }

    /// The content of a PNG file.
    ///
    /// - Throws: ``Imaging/ImagingError`` if memory does not suffice.
    public func png() throws -> [UInt8] { try image.encoded(format: .png) }
}
