internal import CImaging

/// What a picture's file says about it before any pixel is decoded.
public struct ImageHeader: Sendable, Hashable {
    /// The file's format.
    public let format: ImageFormat
    /// Width in pixels once the picture is upright.
    public let width: Int
    /// Height in pixels once the picture is upright.
    public let height: Int
    /// Dots per inch, or `nil` if the file does not say.
    public let dotsPerInch: Double?
    /// The colour space the file is stored in, by libvips' name.
    public let colorSpace: String

    /// Reads the header of a file's content.
    ///
    /// - Throws: ``ImagingError`` with `unsupportedFormat`, `tooLarge`, or `damaged` for a broken header; a picture that is
    ///   truncated further on is found only when it is decoded.
    public init(bytes: [UInt8], limits: ImagingLimits = .standard) throws {
        var info = spx_info()
        do {
            try Raster.call("open") { error in
                bytes.withUnsafeBytes {
                    spx_read_info_bytes($0.baseAddress, $0.count, Int64(limits.pixels), &info, error)
                }
            }
        } catch {
            throw Image.explained(error, limits: limits)
        }
        guard let format = ImageFormat(code: info.format) else {
            throw ImagingError(.unsupportedFormat, "open: the content is no picture")
        }
        self.format = format
        let isTurned = (5...8).contains(info.orientation)
        width = Int(isTurned ? info.stored_height : info.stored_width)
        height = Int(isTurned ? info.stored_width : info.stored_height)
        dotsPerInch = info.dots_per_inch > 0 ? (info.dots_per_inch * 100).rounded() / 100 : nil
        colorSpace = info.color_space.map { String(cString: $0) } ?? "srgb"
    }
}
