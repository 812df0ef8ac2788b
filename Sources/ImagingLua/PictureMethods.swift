import Imaging
import LuaRuntime
import Spelling

/// The methods of a picture. Each makes a new picture; none changes the one it is called on.
enum PictureMethods {
    static let all: [LuaFunctionDefinition] =
        geometry + effects + [composite, text] + output

    private static let geometry: [LuaFunctionDefinition] = [
        changing(
            "resize",
            .init(
                "Another size, up or down.",
                options: [
                    "width: integer — pixels; follows from the height if not given",
                    "height: integer — pixels; follows from the width if not given",
                    "fit: \"fit\"|\"cover\"|\"exact\" — within the box, filling it, or exactly it; default fit",
                ], inOrder: ["width", "height"], returns: "Picture", errors: ["image_too_large"])
        ) { options in
            let (width, height) = (try options.pixels("width"), try options.pixels("height"))
            let mode: ResizeMode = try options.choice("fit") ?? .fit
            return { try $0.resized(width: width, height: height, mode: mode) }
        },
        .waiting(
            "thumbnail",
            .init(
                "Shrunk to fit a box, never enlarged; straight from the file, which is fast.",
                options: ["width: integer — pixels", "height: integer — pixels; the width if not given"],
                inOrder: ["width", "height"], returns: "Picture", errors: ["image_damaged"])
        ) { arguments in
            let picture = try arguments.receiver(LuaPicture.self)
            let options = try arguments.options()
            let width = try options.required("width")
            let height = try options.pixels("height") ?? width
            return PictureWork.picture(picture.host, format: picture.format) {
                try picture.thumbnail(width: width, height: height)
            }
        },
        changing(
            "crop",
            .init(
                "A rectangle out of it.",
                options: [
                    "x: integer — pixels from the left", "y: integer — pixels from the top",
                    "width: integer — pixels", "height: integer — pixels",
                ], inOrder: ["x", "y", "width", "height"], returns: "Picture")
        ) { options in
            let (x, y) = (try options.required("x"), try options.required("y"))
            let (width, height) = (try options.required("width"), try options.required("height"))
            return { try $0.cropped(x: x, y: y, width: width, height: height) }
        },
        changing(
            "rotate",
            .init(
                "Turned clockwise.",
                options: [
                    "degrees: number — any angle", "background: string — colour of the corners; default transparent",
                ], inOrder: ["degrees"], returns: "Picture", errors: ["image_too_large"])
        ) { options in
            guard let degrees = try options.number("degrees") else {
                throw LuaArgumentError("picture:rotate needs degrees", hint: "picture:rotate(90)")
            }
            let color = try options.color("background") ?? .transparent
            return { try $0.rotated(degrees: degrees, background: color) }
        },
        changing(
            "flip",
            .init(
                "Mirrored.", options: ["direction: \"horizontal\"|\"vertical\" — default horizontal"],
                inOrder: ["direction"], returns: "Picture")
        ) { options in
            let direction: FlipDirection = try options.choice("direction") ?? .horizontal
            return { try $0.flipped(vertically: direction == .vertical) }
        },
        changing(
            "extend",
            .init(
                "With a margin.",
                options: [
                    "top: integer — pixels", "right: integer — pixels", "bottom: integer — pixels",
                    "left: integer — pixels", "color: string — default white",
                ], returns: "Picture", errors: ["image_too_large"])
        ) { options in
            let sides = try ["top", "right", "bottom", "left"].map { try options.pixels($0) ?? 0 }
            let color = try options.color("color") ?? .white
            return {
                try $0.extended(top: sides[0], right: sides[1], bottom: sides[2], left: sides[3], color: color)
            }
        },
        changing(
            "trim",
            .init(
                "Without its even margin.",
                options: [
                    "color: string — of the margin; default: the top left pixel's",
                    "threshold: number — 0 to 255; default 10",
                ], returns: "Picture")
        ) { options in
            let (color, threshold) = (try options.color("color"), try options.number("threshold") ?? 10)
            return { try $0.trimmed(color: color, threshold: threshold) }
        },
        changing(
            "cutout",
            .init(
                "The subject, cut out of its backdrop.",
                options: ["feather: number — softness of the edge; default 0.6"], returns: "Picture",
                errors: ["no_subject"])
        ) { options in
            let feather = try options.number("feather") ?? 0.6
            return { try $0.cutout(feather: feather) }
        },
    ]

    private static let effects: [LuaFunctionDefinition] = [
        changing(
            "blur",
            .init(
                "Out of focus.", options: ["sigma: number — pixels, 0.3 to 200"], inOrder: ["sigma"],
                returns: "Picture")
        ) { options in
            guard let sigma = try options.number("sigma") else {
                throw LuaArgumentError("picture:blur needs a sigma", hint: "picture:blur(4)")
            }
            return { try $0.blurred(sigma: sigma) }
        },
        changing(
            "sharpen",
            .init(
                "Crisper.", options: ["sigma: number — size of the detail, 0.3 to 10; default 0.8"],
                inOrder: ["sigma"], returns: "Picture")
        ) { options in
            let sigma = try options.number("sigma") ?? 0.8
            return { try $0.sharpened(sigma: sigma) }
        },
        changing("grayscale", .init("In shades of grey.", returns: "Picture")) { _ in { try $0.grayscale() } },
        changing(
            "silhouette",
            .init(
                "Its outline filled with one colour.", options: ["color: string — default black"],
                inOrder: ["color"], returns: "Picture")
        ) { options in
            let color = try options.color("color") ?? .black
            return { try $0.silhouette(color) }
        },
        changing(
            "background",
            .init(
                "On a background: nothing stays transparent.", options: ["color: string — default white"],
                inOrder: ["color"], returns: "Picture")
        ) { options in
            let color = try options.color("color") ?? .white
            return { try $0.background(color) }
        },
    ]

    private static let anchors =
        "\"top-left\"|\"top\"|\"top-right\"|\"left\"|\"center\"|\"right\"|\"bottom-left\"|\"bottom\"|\"bottom-right\""

    private static let composite = LuaFunctionDefinition.waiting(
        "composite",
        .init(
            "With another picture laid on it.", ["other: Picture"],
            options: [
                "x: integer — pixels from the left; default 0", "y: integer — pixels from the top; default 0",
                "at: \(anchors) — a place by name, instead of x and y",
                """
                blend: "over"|"multiply"|"screen"|"overlay"|"darken"|"lighten"|"add"|"soft-light"|"hard-light"|"difference"\
                |"color-dodge"|"color-burn" — default over
                """,
                "opacity: number — 0 to 1; default 1",
            ], returns: "Picture")
    ) { arguments in
        let picture = try arguments.receiver(LuaPicture.self)
        let other = try arguments.object(1, as: LuaPicture.self)
        let options = try arguments.options()
        let placement = try Placement(options, otherwise: .offset(x: 0, y: 0))
        let blend: BlendMode = try options.choice("blend") ?? .over
        let opacity = try options.number("opacity") ?? 1
        return PictureWork.picture(picture.host, format: picture.format) {
            try placement.lay(try other.image, on: try picture.image, blend: blend, opacity: opacity)
        }
    }

    private static let text = LuaFunctionDefinition.waiting(
        "text",
        .init(
            "With text on it, in the middle unless told otherwise.", ["text: string"],
            options: [
                "x: integer — pixels from the left", "y: integer — pixels from the top",
                "at: \(anchors) — a place by name, instead of x and y; default center",
            ] + LuaOptions.textStyle, returns: "Picture", errors: ["image_too_large"])
    ) { arguments in
        let picture = try arguments.receiver(LuaPicture.self)
        let text = try arguments.string(1)
        let options = try arguments.options()
        let style = try options.textStyle()
        let placement = try Placement(options, otherwise: .anchor(.center))
        return PictureWork.picture(picture.host, format: picture.format) {
            try placement.lay(try Image.text(text, style: style), on: try picture.image)
        }
    }

    private static let formats = "\"jpeg\"|\"png\"|\"webp\"|\"gif\"|\"tiff\""
    private static let quality: LuaField = "quality: integer — 1 to 100, for JPEG and WebP; default 90"

    private static let output: [LuaFunctionDefinition] = [
        .waiting(
            "convert",
            .init(
                "The same picture, to be written as another format.", ["format: \(formats)"], returns: "Picture")
        ) { arguments in
            let picture = try arguments.receiver(LuaPicture.self)
            let format = try format(try arguments.string(1), "picture:convert")
            return PictureWork.picture(picture.host, format: format) { try picture.image }
        },
        .waiting(
            "bytes",
            .init(
                "The content of a file.",
                options: ["format: \(formats) — default: the picture's own, else png", quality],
                inOrder: ["format"], returns: "string")
        ) { arguments in
            let picture = try arguments.receiver(LuaPicture.self)
            let options = try arguments.options()
            let chosen = try options.string("format").map { try format($0, "picture:bytes") } ?? picture.writeFormat
            let quality = try quality(options)
            return { _ in
                .string(
                    LuaString(
                        try await PictureWork.run { try picture.image.encoded(format: chosen, quality: quality) }))
            }
        },
        .waiting(
            "save",
            .init(
                "Writes a file in one step, with the folders on its way; returns its full path.",
                ["path: string — its extension names the format"],
                options: ["format: \(formats) — instead of the extension's", quality], returns: "string",
                errors: ["not_allowed", "file_system"])
        ) { arguments in
            let picture = try arguments.receiver(LuaPicture.self)
            let path = try arguments.string(1)
            let options = try arguments.options()
            let named = try options.string("format").map { try format($0, "picture:save") }
            guard let chosen = named ?? ImageFormat(fileName: path) else {
                throw LuaArgumentError(
                    "\(path) does not end in a picture's extension",
                    hint: "end the name in .jpg, .png, .webp, .gif or .tiff, or add { format = \"png\" }")
            }
            let quality = try quality(options)
            return { _ in
                let bytes = try await PictureWork.run { try picture.image.encoded(format: chosen, quality: quality) }
                return .string(try await picture.host.save(path, bytes))
            }
        },
    ]

    private static func format(_ name: String, _ function: String) throws -> ImageFormat {
        let writable = ImageFormat.allCases.filter { $0 != .heif }
        guard let format = ImageFormat(name: name), writable.contains(format) else {
            throw LuaArgumentError(
                "\(function) cannot write '\(name)'",
                hint: NearestName.hint(for: name, among: writable.map(\.rawValue)))
        }
        return format
    }

    private static func quality(_ options: LuaOptions) throws -> Int {
        let quality = try options.integer("quality") ?? 90
        guard (1...100).contains(quality) else {
            throw LuaArgumentError("quality of \(options.function) must be 1 to 100, not \(quality)")
        }
        return Int(quality)
    }

    /// A method that makes a new picture from one.
    private static func changing(
        _ name: String, _ description: @autoclosure @escaping @Sendable () -> LuaFunctionDescription,
        _ prepare: @escaping @Sendable (LuaOptions) throws -> @Sendable (Image) throws -> Image
    ) -> LuaFunctionDefinition {
        .waiting(name, description()) { arguments in
            let picture = try arguments.receiver(LuaPicture.self)
            let change = try prepare(try arguments.options())
            return PictureWork.picture(picture.host, format: picture.format) { try change(try picture.image) }
        }
    }
}

extension LuaPicture {
    /// The format it is written in when none is given: its own format where that can be written.
    fileprivate var writeFormat: ImageFormat { format == .heif ? .jpeg : format ?? .png }
}

private enum FlipDirection: String, CaseIterable {
    case horizontal, vertical
}

/// Where something is laid: `x` and `y` from the top left, or a place by name.
private enum Placement {
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

    func lay(_ image: Image, on base: Image, blend: BlendMode = .over, opacity: Double = 1) throws -> Image {
        switch self {
        case .offset(let x, let y): try base.composited(image, x: x, y: y, blend: blend, opacity: opacity)
        case .anchor(let anchor): try base.composited(image, at: anchor, blend: blend, opacity: opacity)
        }
    }
}
