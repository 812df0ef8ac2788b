internal import CImaging

/// A picture: 8 bit sRGB pixels, with or without alpha, upright and in memory.
///
/// A value: every operation returns a new picture and changes none. Operations compute at once, on the calling thread,
/// for as long as it takes; call them where that does no harm. Nothing here waits for anything but the processor and
/// the disk.
public struct Image: Sendable {
    let raster: Raster

    /// The format of the file the picture was read from; `nil` for one that was made.
    public let format: ImageFormat?
    /// Dots per inch as the file gave them, or `nil`. Written back by ``encoded(format:quality:metadata:)``, 72 for `nil`.
    public let dotsPerInch: Double?
    /// The colour space the file was stored in, by libvips' name (`srgb`, `cmyk`, `b-w`, …). The pixels here are always
    /// sRGB.
    public let colorSpace: String
    /// What the file says besides; `nil` if nothing. Written back by ``encoded(format:quality:metadata:)``.
    public let metadata: ImageMetadata?

    init(
        _ raster: Raster, format: ImageFormat? = nil, dotsPerInch: Double? = nil, colorSpace: String = "srgb",
        metadata: ImageMetadata? = nil
    ) {
        self.raster = raster
        self.format = format
        self.dotsPerInch = dotsPerInch
        self.colorSpace = colorSpace
        self.metadata = metadata
    }

    /// The same origin with other pixels.
    func replacing(_ raster: Raster) -> Image {
        Image(raster, format: format, dotsPerInch: dotsPerInch, colorSpace: colorSpace, metadata: metadata)
    }

    /// The same pixels without what the file said of them.
    public func withoutMetadata() -> Image {
        Image(raster, format: format, dotsPerInch: dotsPerInch, colorSpace: colorSpace)
    }

    /// Width in pixels.
    public var width: Int { raster.width }
    /// Height in pixels.
    public var height: Int { raster.height }
    /// Whether pixels can be transparent.
    public var hasAlpha: Bool { raster.bands == 4 }

    /// The colour of one pixel.
    ///
    /// - Throws: ``ImagingError/Code/invalidArgument`` outside the picture.
    public func color(x: Int, y: Int) throws -> Color {
        guard (0..<width).contains(x), (0..<height).contains(y) else {
            throw ImagingError(.invalidArgument, "pixel (\(x), \(y)) is outside \(width) × \(height)")
        }
        let bands = raster.bands
        return raster.withPixels { pixels in
            let at = (y * width + x) * bands
            return Color(
                red: pixels[at], green: pixels[at + 1], blue: pixels[at + 2], alpha: bands == 4 ? pixels[at + 3] : 255)
        }
    }

    /// All pixels: rows from top to bottom, 3 bytes a pixel or 4 with alpha, no padding.
    public var pixels: [UInt8] { raster.withPixels(Array.init) }

    /// A picture of one colour. It has alpha if the colour is not opaque.
    ///
    /// - Throws: ``ImagingError/Code/invalidArgument`` or ``ImagingError/Code/tooLarge`` for sizes outside ``ImagingLimits``.
    public static func blank(width: Int, height: Int, color: Color = .white) throws -> Image {
        try ImagingLimits.standard.check(width: width, height: height, for: "blank")
        return Image(try .make("blank") { spx_image_blank(Int32(width), Int32(height), color.c, $0, $1) })
    }

    /// A picture from pixels in the layout of ``pixels``.
    ///
    /// - Throws: ``ImagingError/Code/invalidArgument`` unless there are width × height × 3 or 4 bytes.
    public init(pixels: [UInt8], width: Int, height: Int) throws {
        try ImagingLimits.standard.check(width: width, height: height, for: "pixels")
        let bands = pixels.count / (width * height)
        guard bands == 3 || bands == 4, pixels.count == width * height * bands else {
            throw ImagingError(
                .invalidArgument, "\(pixels.count) bytes are not \(width) × \(height) pixels of 3 or 4 bytes")
        }
        self.init(
            try .make("pixels") { spx_image_from_pixels(pixels, Int32(width), Int32(height), Int32(bands), $0, $1) })
    }
}

extension Image: CustomStringConvertible {
    /// As logs and messages show it: its size in pixels.
    public var description: String { "image \(width)×\(height)" }
}
