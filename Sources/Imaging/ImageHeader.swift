internal import CImaging

/// What a picture's file says about it before any pixel is decoded.
public struct ImageHeader: Sendable {
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
    /// Pictures in the file: more than one of an animation or a document of scans.
    public let frames: Int
    /// What the file says besides; `nil` if nothing.
    public let metadata: ImageMetadata?

    /// Reads the header of a file's content.
    ///
    /// `name` is for errors only. With ``DamagePolicy/allow``, a header is enough that says how large the picture is.
    ///
    /// - Throws: ``ImagingError`` with `unsupportedFormat`, `tooLarge`, or `damaged` for a broken header; a picture that is
    ///   truncated further on is found only when it is decoded.
    public init(
        bytes: [UInt8], name: String = "open", damaged: DamagePolicy = .refuse, limits: ImagingLimits = .standard
    ) throws {
        var info = spx_info()
        var details = spx_details()
        var found: OpaquePointer?
        do {
            try withUnsafeMutablePointer(to: &found) { found in
                info.metadata = found
                defer { info.metadata = nil }
                try Raster.call(name) { error in
                    bytes.withUnsafeBytes {
                        spx_describe_bytes(
                            $0.baseAddress, $0.count, Int64(limits.pixels), Int32(clamping: limits.side),
                            damaged == .allow, &info, &details, error)
                    }
                }
            }
        } catch let error as ImagingError where error.code == .failed {
            throw ImagingError.damaged(
                name, decoder: error.message, format: ImageFormat(code: info.format), bytes: bytes,
                isAllowed: damaged == .allow)
        } catch {
            throw Image.explained(error, limits: limits)
        }
        metadata = ImageMetadata(owning: found)
        guard let format = ImageFormat(code: info.format) else {
            throw ImagingError(.unsupportedFormat, "\(name): the content is not a picture")
        }
        self.format = format
        width = Int(details.upright ? info.stored_width : info.stored_height)
        height = Int(details.upright ? info.stored_height : info.stored_width)
        frames = Int(details.pages)
        dotsPerInch = info.dots_per_inch > 0 ? (info.dots_per_inch * 100).rounded() / 100 : nil
        colorSpace = info.color_space.map { String(cString: $0) } ?? "srgb"
    }
}
