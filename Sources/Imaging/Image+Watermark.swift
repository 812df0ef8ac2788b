internal import CImaging

/// A picture that is laid on others to mark them.
public struct Watermark: Sendable {
    /// How often it is laid.
    public enum Style: String, Sendable, CaseIterable {
        /// Once, at a place.
        case logo
        /// All over the picture, in rows that are shifted against each other.
        case tiled
    }

    /// How often it is laid. Default once.
    public var style = Style.logo
    /// Where a logo stands.
    public var anchor = Anchor.bottomRight
    /// Pixels between a logo and the picture's edge; nil for ``Image/standardMargin``.
    public var margin: Int?
    /// What the mark's longer side is of the picture's shorter one, above 0 to 1. Default 0.25.
    public var size = 0.25
    /// 0 to 1; nil for 0.8 of a logo, and 0.15 of tiles.
    public var opacity: Double?
    /// Degrees clockwise; nil for 0 of a logo, and -30 of tiles.
    public var angle: Double?
    /// Pixels between tiles, up to 10,000; nil for half of the mark.
    public var gap: Int?

    /// The defaults, each given at its property.
    public init() {}
}

extension Image {
    /// Pixels that something placed at an edge keeps from it when nobody says: 4 % of the shorter side.
    public var standardMargin: Int { Int((Double(min(width, height)) * 0.04).rounded()) }

    /// The size in pixels that a mark's longer side has on this picture.
    ///
    /// - Throws: ``ImagingError/Code/invalidArgument`` for a size out of range.
    public func markSide(_ watermark: Watermark) throws -> Int {
        guard watermark.size > 0, watermark.size <= 1 else {
            throw ImagingError(
                .invalidArgument, "watermark: a size of \(watermark.size) is not above 0 and at most 1",
                remedy: "0.25 is a quarter of the picture's shorter side")
        }
        return max(1, Int((Double(min(width, height)) * watermark.size).rounded()))
    }

    /// The picture with a mark laid on it, scaled to the size that the watermark says.
    ///
    /// - Throws: ``ImagingError`` with `invalidArgument` for a value out of range, or a margin or gap that leaves nothing of the mark
    ///   inside the picture; `tooLarge` for a mark whose gap makes it larger than ``ImagingLimits/standard``.
    public func watermarked(_ mark: Image, _ watermark: Watermark = Watermark()) throws -> Image {
        let side = try markSide(watermark)
        let gap = watermark.gap ?? side / 2
        for (name, pixels, limit) in [
            ("gap", gap, 10_000), ("margin", watermark.margin ?? 0, ImagingLimits.standard.side),
        ] where !(0...limit).contains(pixels) {
            throw ImagingError(
                .invalidArgument, "watermark: a \(name) of \(pixels) pixels is not between 0 and \(limit)")
        }
        var mark = try mark.resized(width: side, height: side, mode: .fit)
        let isTiled = watermark.style == .tiled
        let angle = watermark.angle ?? (isTiled ? -30 : 0)
        if angle != 0 { mark = try mark.rotated(degrees: angle) }
        let opacity = watermark.opacity ?? (isTiled ? 0.15 : 0.8)
        guard isTiled else {
            return try composited(
                mark, at: watermark.anchor, margin: watermark.margin ?? standardMargin, opacity: opacity)
        }
        let tile = try tile(of: mark, gap: gap)
        let (width, height) = (Int32(width), Int32(height))
        let tiles = Image(try .make("watermark") { spx_image_tile(tile.raster.handle, width, height, $0, $1) })
        return try composited(tiles, x: 0, y: 0, opacity: opacity)
    }

    /// A mark with half of the gap on each side.
    private func tile(of mark: Image, gap: Int) throws -> Image {
        let (across, down, before) = (mark.width + gap, mark.height + gap, gap / 2)
        // The second row is shifted by half a tile, so that the left edge cuts its first mark.
        guard before < height, before < width || before + down < height else {
            throw ImagingError(
                .invalidArgument,
                "watermark: a gap of \(gap) pixels leaves no mark inside the picture of \(width) × \(height) pixels",
                remedy: "make the gap smaller; it stands around every mark, half of it on each side")
        }
        try ImagingLimits.standard.check(
            width: across, height: down, for: "watermark: a mark with its gap of \(gap) pixels")
        return try mark.extended(
            top: before, right: gap - before, bottom: gap - before, left: before, color: .transparent)
    }

    /// Draws an SVG file so that its longer side has this many pixels.
    ///
    /// What the drawing refers to outside of itself is not read. It must be at most 1 MiB of UTF-8, and may not embed pictures
    /// or declare entities. `name` is for errors only.
    ///
    /// - Throws: ``ImagingError`` with `unsupportedFormat` for such a drawing or one that is none, `tooLarge`.
    public static func svg(file bytes: [UInt8], name: String = "svg", longerSide: Int) throws -> Image {
        guard bytes.count <= svgFileLimit else {
            throw ImagingError(
                .tooLarge, "\(name): an SVG of \(bytes.count) bytes is over the limit of \(svgFileLimit)",
                remedy: "export it as PNG")
        }
        try ImagingLimits.standard.check(width: longerSide, height: 1, for: name)
        guard var markup = String(validating: bytes, as: UTF8.self), isSVG(bytes) else {
            throw ImagingError(.unsupportedFormat, "\(name): the content is not an SVG in UTF-8")
        }
        // Decoders of whatever is embedded, and texts that multiply.
        for refused in ["<!ENTITY", "<image", "<feImage", "<script", "<foreignObject", ":image", ":feImage"]
        where markup.utf8.firstRange(of: refused.utf8) != nil {
            throw ImagingError(
                .unsupportedFormat, "\(name): an SVG with \(refused) is not drawn", remedy: "export it as PNG")
        }
        var (width, height) = (Int32(0), Int32(0))
        do {
            try Raster.call(name) { error in
                markup.withUTF8 { text in
                    text.withMemoryRebound(to: CChar.self) {
                        spx_describe_svg($0.baseAddress, $0.count, &width, &height, error)
                    }
                }
            }
            let own = Int(max(width, height))
            guard own > 0 else { throw ImagingError(.unsupportedFormat, "\(name): the SVG has no size") }
            return try svg(markup, scale: Double(longerSide) / Double(own), limits: .drawings)
        } catch let error as ImagingError where error.code == .failed {
            throw ImagingError(.unsupportedFormat, "\(name): the SVG cannot be drawn: \(error.message)")
        }
    }

    private static let svgFileLimit = 1 << 20

    /// Whether a file's content begins as SVG does, behind a byte order mark, blanks, comments and declarations.
    public static func isSVG(_ bytes: [UInt8]) -> Bool {
        let start = bytes.prefix(4096).drop { $0 <= 32 || $0 == 0xEF || $0 == 0xBB || $0 == 0xBF }
        return start.first == UInt8(ascii: "<") && start.firstRange(of: "<svg".utf8) != nil
    }
}

extension ImagingLimits {
    /// For drawings of users: what is drawn in one go cannot be stopped on the way.
    fileprivate static let drawings = ImagingLimits(pixels: 16_000_000)
}
