import Imaging
import LuaRuntime

extension PictureMethods {
    private static let anchors =
        "\"top-left\"|\"top\"|\"top-right\"|\"left\"|\"center\"|\"right\"|\"bottom-left\"|\"bottom\"|\"bottom-right\""

    static let watermark = LuaFunctionDefinition.waiting(
        "watermark",
        .init(
            """
            With a mark on it: a picture, or a file, which may be an SVG of at most 1 MiB without embedded pictures; what an SVG \
            refers to is not read.
            """, ["mark: Picture|string|OutputFile|File|Source — a picture, a path or a file"],
            options: [
                "style: \"logo\"|\"tiled\" — once at a place, or all over; default logo",
                "at: \(anchors) — where a logo stands; default bottom-right",
                "margin: integer — pixels between a logo and the edge; default 4 % of the shorter side",
                "size: number — of the mark's longer side to the picture's shorter one, above 0 to 1; default 0.25",
                "opacity: number — 0 to 1; default 0.8 for a logo, 0.15 for tiles",
                "angle: number — degrees clockwise; default 0 for a logo, -30 for tiles",
                "gap: integer — pixels between tiles, 0 to 10000; default half of the mark",
            ], returns: "Picture",
            errors: ["file_not_found", "not_allowed", "unsupported_format", "image_too_large", "image_damaged"],
            example: "photo:watermark(\"logo.svg\", { at = \"bottom-left\" }):save(\"marked.jpg\")")
    ) { arguments in
        let picture = try arguments.receiver(LuaPicture.self)
        let mark = try Mark(try arguments.value(1), picture.host) {
            arguments.mismatch(1, "a picture, a path, a file or the bytes of a picture")
        }
        let options = try arguments.options()
        var watermark = Watermark()
        watermark.style = try options.choice("style") ?? watermark.style
        for name in watermark.style == .tiled ? ["at", "margin"] : ["gap"] where options[name] != nil {
            throw LuaArgumentError("\(name) of \(options.function) is nothing to a \(watermark.style) mark")
        }
        watermark.anchor = try options.choice("at") ?? watermark.anchor
        watermark.margin = try options.pixels("margin")
        watermark.size = try options.number("size") ?? watermark.size
        watermark.opacity = try options.number("opacity")
        watermark.angle = try options.number("angle")
        watermark.gap = try options.pixels("gap")
        return { [watermark] context in
            let bytes = try await mark.bytes()
            let origin = SavedResult.combined(picture.origin, mark.origin)
            return try await PictureWork.pixels(picture.host, format: picture.format, origin: origin) {
                let pixels = try picture.pixels
                let drawn = try mark.drawn(bytes, side: pixels.first.markSide(watermark))
                return try pixels.map { try $0.watermarked(drawn, watermark) }
            }(context)
        }
    }

    /// What is laid on a picture.
    private enum Mark: Sendable {
        case picture(LuaPicture)
        case file(ImageModule.Source)

        init(_ value: LuaValue, _ host: PictureHost, _ mismatch: () -> LuaArgumentError) throws {
            if case .object(let picture as LuaPicture) = value {
                self = .picture(picture)
            } else {
                self = .file(try ImageModule.source(value, host, mismatch))
            }
        }

        /// What it comes from; nil for a picture that was made.
        var origin: SavedResult? {
            switch self {
            case .picture(let picture): picture.origin
            case .file(let source): source.origin
            }
        }

        /// Of a file.
        func bytes() async throws -> [UInt8]? {
            if case .file(let source) = self { try await source.read() } else { nil }
        }

        func drawn(_ bytes: [UInt8]?, side: Int) throws -> Image {
            switch self {
            case .picture(let picture): return try picture.image
            case .file(let source):
                let (name, bytes) = (source.name, bytes ?? [])
                if Image.isSVG(bytes) { return try Image.svg(file: bytes, name: name, longerSide: side) }
                guard case .still(let image) = PicturePixels(try Animation.open(bytes: bytes, name: name)) else {
                    throw ImagingError(
                        .invalidArgument, "\(name) is an animation, and a mark is one picture",
                        remedy: "choose a frame: image.open(path):frame(1)")
                }
                return image
            }
        }
    }
}
