/// A picture of a result.
public struct ImageFile: PixelFile {
    /// Pictures.
    public static let kind = MediaKind.image
    /// URL and description.
    public var file: FileOutput

    /// Any file taken for a picture.
    public init(_ file: FileOutput) { self.file = file }

    /// Dots per inch, rounded.
    public var dpi: Int? { file.rounded("dpi", "DPI") }
    /// By its usual name: "srgb", "cmyk" …
    public var colorSpace: String? { file.text("color_space", "colorSpace", "colorspace") }
    /// Further properties of the picture, by name; numbers and flags as text.
    public var metadata: [String: String] { file.texts("metadata") }
}
