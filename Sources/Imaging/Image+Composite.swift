internal import CImaging

/// How ``Image/composited(_:x:y:blend:opacity:)`` mixes colours.
public enum BlendMode: String, Sendable, CaseIterable {
    case over, multiply, screen, overlay, darken, lighten, add
    case softLight = "soft-light"
    case hardLight = "hard-light"
    case difference
    case colorDodge = "color-dodge"
    case colorBurn = "color-burn"

    /// libvips spells as the British do.
    fileprivate var nickname: String {
        switch self {
        case .colorDodge: "colour-dodge"
        case .colorBurn: "colour-burn"
        default: rawValue
        }
    }
}

/// A place inside a picture for ``Image/composited(_:at:margin:blend:opacity:)``.
public enum Anchor: String, Sendable, CaseIterable {
    case topLeft = "top-left"
    case top
    case topRight = "top-right"
    case left, center, right
    case bottomLeft = "bottom-left"
    case bottom
    case bottomRight = "bottom-right"

    private var share: (x: Int, y: Int) {
        switch self {
        case .topLeft: (0, 0)
        case .top: (1, 0)
        case .topRight: (2, 0)
        case .left: (0, 1)
        case .center: (1, 1)
        case .right: (2, 1)
        case .bottomLeft: (0, 2)
        case .bottom: (1, 2)
        case .bottomRight: (2, 2)
        }
    }

    func position(of inner: Image, in outer: Image, margin: Int) -> (x: Int, y: Int) {
        (
            (outer.width - inner.width) * share.x / 2 + (1 - share.x) * margin,
            (outer.height - inner.height) * share.y / 2 + (1 - share.y) * margin
        )
    }
}

extension Image {
    /// This picture with another laid on it. The size stays; what lies outside is cut off.
    ///
    /// - Parameters:
    ///   - x: Where the overlay's left edge goes; may be negative.
    ///   - y: Where its top edge goes; may be negative.
    ///   - opacity: 0…1.
    public func composited(
        _ overlay: Image, x: Int, y: Int, blend: BlendMode = .over, opacity: Double = 1
    ) throws -> Image {
        guard (0...1).contains(opacity) else {
            throw ImagingError(.invalidArgument, "composite: opacity \(opacity) is not between 0 and 1")
        }
        // Beyond both pictures' limits nothing is visible anyhow, and nearer values cannot overflow in C.
        let reach = -2 * ImagingLimits.standard.side...2 * ImagingLimits.standard.side
        guard reach.contains(x), reach.contains(y) else {
            throw ImagingError(.invalidArgument, "composite: (\(x), \(y)) is far outside the picture")
        }
        return replacing(
            try .make("composite") {
                spx_image_composite(
                    raster.handle, overlay.raster.handle, Int32(x), Int32(y), blend.nickname, opacity, $0, $1)
            })
    }

    /// Like ``composited(_:x:y:blend:opacity:)``, placed by name.
    ///
    /// - Parameter margin: Pixels between the overlay and the edges that it stands at.
    /// - Throws: ``ImagingError/Code/invalidArgument`` also for a margin that puts all of the overlay outside.
    public func composited(
        _ overlay: Image, at anchor: Anchor = .center, margin: Int = 0, blend: BlendMode = .over, opacity: Double = 1
    ) throws -> Image {
        guard (0...ImagingLimits.standard.side).contains(margin) else {
            throw ImagingError(
                .invalidArgument, "composite: a margin of \(margin) is not between 0 and \(ImagingLimits.standard.side)"
            )
        }
        let (x, y) = anchor.position(of: overlay, in: self, margin: margin)
        guard x < width, y < height, x + overlay.width > 0, y + overlay.height > 0 else {
            throw ImagingError(
                .invalidArgument,
                "a margin of \(margin) pixels puts all that is to be laid on it outside of the picture of \(width) × \(height) pixels",
                remedy: "make the margin smaller")
        }
        return try composited(overlay, x: x, y: y, blend: blend, opacity: opacity)
    }

    /// The picture on a background: the result is opaque.
    public func background(_ color: Color = .white) throws -> Image {
        replacing(try .make("background") { spx_image_flatten(raster.handle, color.c, $0, $1) })
    }
}
