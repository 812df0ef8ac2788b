internal import CImaging

/// What a picture's file says of itself, read from its header: no pixel is decoded.
public struct ImageFacts: Sendable, Hashable {
    /// The format, by the content.
    public let format: ImageFormat
    /// Pixels, as the picture is to be shown: turned by its EXIF orientation.
    public let width: Int
    /// Pixels, as the picture is to be shown: turned by its EXIF orientation.
    public let height: Int
    /// Dots per inch, or `nil` if the file does not say.
    public let dotsPerInch: Double?
    /// The colour space the file is stored in, by libvips' name (`srgb`, `cmyk`, `b-w`, …).
    public let colorSpace: String
    /// Whether pixels can be transparent.
    public let hasAlpha: Bool
    /// Pictures in the file: more than one of an animation or a document of scans.
    public let frames: Int

    /// Reads the header.
    ///
    /// - Throws: ``ImagingError`` with `fileAccess` if there is no such regular file, `unsupportedFormat` for other
    ///   content, `damaged` if the header is broken.
    public init(path: String) throws {
        let file = try ReadableFile(path: path)
        var info = spx_info()
        var details = spx_details()
        do {
            try Raster.call(path) { spx_describe_descriptor(file.descriptor, &info, &details, $0) }
        } catch let error as ImagingError where error.code == .failed {
            throw ImagingError.damaged(
                path, decoder: error.message, format: ImageFormat(code: info.format),
                bytes: (try? PictureContent.descriptor(file.descriptor).bytes(name: path)) ?? [], isAllowed: false)
        }
        guard let format = ImageFormat(code: info.format) else {
            throw ImagingError(.unsupportedFormat, "\(path): no known picture format")
        }
        self.format = format
        width = Int(details.upright ? info.stored_width : info.stored_height)
        height = Int(details.upright ? info.stored_height : info.stored_width)
        dotsPerInch = info.dots_per_inch > 0 ? (info.dots_per_inch * 100).rounded() / 100 : nil
        colorSpace = info.color_space.map { String(cString: $0) } ?? "srgb"
        hasAlpha = details.has_alpha
        frames = Int(details.pages)
    }
}
