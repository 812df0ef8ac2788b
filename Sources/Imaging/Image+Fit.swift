extension Image {
    /// On a canvas of exactly this size, in its middle, as large as its share of it says.
    ///
    /// Of a picture with alpha it is the box of what is not transparent that is placed.
    ///
    /// - Parameters:
    ///   - width: The canvas, in pixels.
    ///   - height: The canvas, in pixels.
    ///   - fill: What the side takes of the canvas that comes nearer to its end, above 0 to 1.
    ///   - background: The canvas's colour; one that is not opaque gives the result alpha.
    /// - Throws: ``ImagingError`` with `invalidArgument` for a share out of range or a picture that is wholly transparent,
    ///   `tooLarge` over ``ImagingLimits/standard``.
    public func fitted(width: Int, height: Int, fill: Double = 1, background: Color = .white) throws -> Image {
        try Self.checkCanvas(width: width, height: height, fill: fill)
        return try cropped(to: contentBox()).placed(width: width, height: height, fill: fill, background: background)
    }

    fileprivate static func checkCanvas(width: Int, height: Int, fill: Double) throws {
        try ImagingLimits.standard.check(width: width, height: height, for: "fit")
        guard fill > 0, fill <= 1 else {
            throw ImagingError(
                .invalidArgument, "fit: a fill of \(fill) is not above 0 and at most 1",
                remedy: "0.85 leaves a margin of 7.5 % on either side")
        }
    }

    fileprivate func cropped(to box: PixelBox) throws -> Image {
        guard box.width < width || box.height < height else { return self }
        return try cropped(x: box.x, y: box.y, width: box.width, height: box.height)
    }

    fileprivate func placed(width: Int, height: Int, fill: Double, background: Color) throws -> Image {
        let box = (Double(width) * fill, Double(height) * fill)
        let scale = min(box.0 / Double(self.width), box.1 / Double(self.height))
        func side(_ value: Int, _ limit: Int) -> Int { min(max(Int((Double(value) * scale).rounded()), 1), limit) }
        let target = (width: side(self.width, width), height: side(self.height, height))
        let sized =
            target.width == self.width && target.height == self.height
            ? self : try resized(width: target.width, height: target.height, mode: .exact)
        let (x, y) = ((width - target.width) / 2, (height - target.height) / 2)
        let canvas = try Image.blank(width: width, height: height, color: background)
        return replacing(try canvas.composited(sized, x: x, y: y).raster)
    }

    /// The box of what is not transparent; all of a picture without alpha.
    ///
    /// - Throws: ``ImagingError/Code/invalidArgument`` if all of it is transparent.
    fileprivate func contentBox() throws -> PixelBox {
        guard hasAlpha else { return PixelBox(x: 0, y: 0, width: width, height: height) }
        return try raster.withPixels { pixels in
            var (left, right, top, bottom) = (width, -1, height, -1)
            var (x, y, i) = (0, 0, 3)
            while i < pixels.count {
                if pixels[i] > 1 {
                    if x < left { left = x }
                    if x > right { right = x }
                    if y < top { top = y }
                    bottom = y
                }
                i += 4
                x += 1
                if x == width { (x, y) = (0, y + 1) }
            }
            guard right >= left else {
                throw ImagingError(.invalidArgument, "fit: the whole picture is transparent")
            }
            return PixelBox(x: left, y: top, width: right - left + 1, height: bottom - top + 1)
        }
    }
}

extension Animation {
    /// Like ``Image/fitted(width:height:fill:background:)``: the box holds what any of the frames shows.
    public func fitted(width: Int, height: Int, fill: Double = 1, background: Color = .white) throws -> Animation {
        try Image.checkCanvas(width: width, height: height, fill: fill)
        var box: PixelBox?
        // A frame may be empty; not all of them.
        for frame in frames { box = (try? frame.contentBox()).map { box?.union($0) ?? $0 } ?? box }
        let whole = try box ?? first.contentBox()
        return try map {
            try $0.cropped(to: whole).placed(width: width, height: height, fill: fill, background: background)
        }
    }
}

/// A rectangle of pixels.
private struct PixelBox {
    var x: Int
    var y: Int
    var width: Int
    var height: Int

    func union(_ other: PixelBox) -> PixelBox {
        let (left, top) = (min(x, other.x), min(y, other.y))
        return PixelBox(
            x: left, y: top, width: max(x + width, other.x + other.width) - left,
            height: max(y + height, other.y + other.height) - top)
    }
}
