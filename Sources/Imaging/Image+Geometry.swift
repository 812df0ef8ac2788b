internal import CImaging

/// How ``Image/resized(width:height:mode:)`` treats the proportions.
public enum ResizeMode: String, Sendable, CaseIterable {
    /// As large as fits the box; proportions are kept.
    case fit
    /// Fills the box; proportions are kept and what sticks out is cut off evenly.
    case cover
    /// Exactly the box; proportions give way.
    case exact
}

extension Image {
    /// The picture at another size, up or down, with a Lanczos filter.
    ///
    /// - Parameters:
    ///   - width: Pixels; `nil` follows from the height and the proportions.
    ///   - height: Pixels; `nil` follows from the width and the proportions.
    /// - Throws: ``ImagingError`` with `invalidArgument` if neither is given, `tooLarge` over ``ImagingLimits/standard``.
    public func resized(width: Int? = nil, height: Int? = nil, mode: ResizeMode = .fit) throws -> Image {
        let limits = ImagingLimits.standard
        let name = "resize"
        guard width != nil || height != nil else {
            throw ImagingError(.invalidArgument, "resize: neither width nor height is given")
        }
        // Before anything is calculated with them: a script may ask for any integer.
        for side in [width, height].compactMap(\.self) { try limits.check(side: side, for: name) }

        let horizontal = width.map { Double($0) / Double(self.width) }
        let vertical = height.map { Double($0) / Double(self.height) }
        let target: (width: Int, height: Int)
        if let width, let height, mode != .fit {
            // Covering passes through a picture that sticks out of the box; it counts as well.
            let scale = max(horizontal ?? 0, vertical ?? 0)
            if mode == .cover {
                let whole = scaled(by: scale)
                try limits.check(width: whole.width, height: whole.height, for: name)
            }
            target = (width, height)
        } else {
            target = scaled(by: min(horizontal ?? .infinity, vertical ?? .infinity))
        }
        try limits.check(width: target.width, height: target.height, for: name)
        // The target is computed to the pixel here, so that libvips' rounding has no say.
        let code = Int32(mode == .cover ? SPX_COVER : SPX_EXACT)
        return replacing(
            try .make(name) {
                spx_image_resize(raster.handle, Int32(target.width), Int32(target.height), code, $0, $1)
            })
    }

    /// The picture shrunk to fit a box, never enlarged.
    ///
    /// For a file, ``open(path:fitting:limits:)`` is much faster.
    public func thumbnail(width: Int, height: Int) throws -> Image {
        guard self.width > width || self.height > height else {
            try ImagingLimits.standard.check(width: width, height: 1, for: "thumbnail")
            try ImagingLimits.standard.check(width: 1, height: height, for: "thumbnail")
            return self
        }
        return try resized(width: width, height: height, mode: .fit)
    }

    private func scaled(by scale: Double) -> (width: Int, height: Int) {
        // Far beyond any limit and still an Int.
        func side(_ value: Int) -> Int { Int(min(max((Double(value) * scale).rounded(), 1), 1e12)) }
        return (side(width), side(height))
    }

    /// A rectangle out of the picture.
    ///
    /// - Throws: ``ImagingError/Code/invalidArgument`` unless it lies inside.
    public func cropped(x: Int, y: Int, width: Int, height: Int) throws -> Image {
        guard x >= 0, y >= 0, width >= 1, height >= 1, x < self.width, y < self.height, width <= self.width - x,
            height <= self.height - y
        else {
            throw ImagingError(
                .invalidArgument,
                "crop: \(width) × \(height) at (\(x), \(y)) does not lie inside \(self.width) × \(self.height)")
        }
        return replacing(
            try .make("crop") {
                spx_image_crop(raster.handle, Int32(x), Int32(y), Int32(width), Int32(height), $0, $1)
            })
    }

    /// The picture without its even margin: transparent pixels, or for opaque pictures those of the top left pixel's
    /// colour.
    ///
    /// - Parameters:
    ///   - color: The margin's colour; `nil` takes the top left pixel's. Of no meaning for pictures with alpha.
    ///   - threshold: How far a channel may be from it, 0…255.
    /// - Throws: ``ImagingError/Code/invalidArgument`` if nothing would be left.
    public func trimmed(color: Color? = nil, threshold: Double = 10) throws -> Image {
        guard (0...255).contains(threshold) else {
            throw ImagingError(.invalidArgument, "trim: threshold \(threshold) is not between 0 and 255")
        }
        let margin = try color ?? self.color(x: 0, y: 0)
        var (x, y, width, height) = (Int32(0), Int32(0), Int32(0), Int32(0))
        try Raster.call("trim") {
            spx_image_find_trim(raster.handle, margin.c, threshold, &x, &y, &width, &height, $0)
        }
        guard width > 0, height > 0 else {
            throw ImagingError(.invalidArgument, "trim: the whole picture is margin", remedy: "lower the threshold")
        }
        return try cropped(x: Int(x), y: Int(y), width: Int(width), height: Int(height))
    }

    /// The picture with a margin around it, in pixels. A colour that is not opaque gives the result alpha.
    ///
    /// - Throws: ``ImagingError`` with `invalidArgument` for negative margins, `tooLarge` over ``ImagingLimits/standard``.
    public func extended(
        top: Int = 0, right: Int = 0, bottom: Int = 0, left: Int = 0, color: Color = .white
    ) throws -> Image {
        let limits = ImagingLimits.standard
        for margin in [top, right, bottom, left] {
            guard (0...limits.side).contains(margin) else {
                throw ImagingError(
                    .invalidArgument, "extend: a margin of \(margin) is not between 0 and \(limits.side)")
            }
        }
        let width = self.width + left + right
        let height = self.height + top + bottom
        try limits.check(width: width, height: height, for: "extend")
        return replacing(
            try .make("extend") {
                spx_image_embed(raster.handle, Int32(left), Int32(top), Int32(width), Int32(height), color.c, $0, $1)
            })
    }

    /// The picture turned clockwise by an angle in degrees.
    ///
    /// Quarter turns are exact; any other angle grows the picture, and the corners get the background, or become
    /// transparent if that is not opaque.
    public func rotated(degrees: Double, background: Color = .transparent) throws -> Image {
        guard degrees.isFinite else { throw ImagingError(.invalidArgument, "rotate: \(degrees) is not an angle") }
        let diagonal = Int(Double(width * width + height * height).squareRoot().rounded(.up)) + 2
        if degrees.truncatingRemainder(dividingBy: 90) != 0 {
            // The turned picture is at most the square of the diagonal, half of it at the worst angle plus a border.
            try ImagingLimits.standard.check(width: diagonal, height: diagonal / 2 + 1, for: "rotate")
        }
        return replacing(try .make("rotate") { spx_image_rotate(raster.handle, degrees, background.c, $0, $1) })
    }

    /// The picture mirrored left to right, or upside down.
    public func flipped(vertically: Bool = false) throws -> Image {
        replacing(try .make("flip") { spx_image_flip(raster.handle, vertically, $0, $1) })
    }
}
