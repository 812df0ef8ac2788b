import Imaging
import LuaRuntime

/// Where something is laid: `x` and `y` from the top left, or a place by name.
enum Placement {
    case offset(x: Int, y: Int)
    case anchor(Anchor)

    init(_ options: LuaOptions, otherwise: Placement) throws {
        let (x, y) = (try options.pixels("x"), try options.pixels("y"))
        let anchor: Anchor? = try options.choice("at")
        switch (x, y, anchor) {
        case (nil, nil, nil): self = otherwise
        case (nil, nil, let anchor?): self = .anchor(anchor)
        case (_, _, nil): self = .offset(x: x ?? 0, y: y ?? 0)
        default: throw LuaArgumentError("\(options.function) takes x and y, or at, not both")
        }
    }

    /// How far it keeps from the edges that it stands at; nil if nobody says.
    func margin(_ options: LuaOptions) throws -> Int? {
        guard let margin = try options.pixels("margin") else { return nil }
        if case .offset = self {
            throw LuaArgumentError("margin of \(options.function) goes with at, and not with x and y")
        }
        guard (0...ImagingLimits.standard.side).contains(margin) else {
            throw LuaArgumentError("margin of \(options.function) cannot be \(margin)")
        }
        return margin
    }

    func lay(
        _ image: Image, on base: Image, margin: Int, blend: BlendMode = .over, opacity: Double = 1
    ) throws -> Image {
        switch self {
        case .offset(let x, let y): try base.composited(image, x: x, y: y, blend: blend, opacity: opacity)
        case .anchor(let anchor): try base.composited(image, at: anchor, margin: margin, blend: blend, opacity: opacity)
        }
    }
}
