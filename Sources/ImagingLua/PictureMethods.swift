import Imaging
import LuaRuntime
import Spelling

/// The methods of a picture. Each makes a new picture; none changes the one it is called on.
enum PictureMethods {
    static let all: [LuaFunctionDefinition] =
        geometry + effects + [composite, text, watermark, frame] + output

    private static let geometry: [LuaFunctionDefinition] = [
        changing(
            "resize",
            .init(
                "Another size, up or down.",
                options: [
                    "width: integer — pixels; follows from the height if not given",
                    "height: integer — pixels; follows from the width if not given",
                    "fit: \"fit\"|\"cover\"|\"exact\" — within the box, filling it, or exactly it; default fit",
                    metadataField,
                ], inOrder: ["width", "height"], returns: "Picture", errors: ["image_too_large"])
        ) { options in
            let (width, height) = (try options.pixels("width"), try options.pixels("height"))
            let mode: ResizeMode = try options.choice("fit") ?? .fit
            let metadata = try options.metadata()
            return { try $0.resized(width: width, height: height, mode: mode).with(metadata) }
        },
        .waiting(
            "fit",
            .init(
                """
                On a canvas of exactly this size, in its middle; enlarged or shrunk. Of a picture with alpha, such as a \
                cut-out, it is what is not transparent that counts.
                """,
                options: [
                    "width: integer — of the canvas, in pixels",
                    "height: integer — of the canvas, in pixels; the width if not given",
                    """
                    fill: number — what the side takes that comes nearer to its end, above 0 to 1; 0.85 leaves a margin of \
                    7.5 % on either side; default 1
                    """,
                    "background: string — colour of the canvas; default white", metadataField,
                ], inOrder: ["width", "height"], returns: "Picture", errors: ["image_too_large"],
                example: "photo:cutout():fit { width = 800, height = 800, fill = 0.85 }:save(\"square.jpg\")")
        ) { arguments in
            let picture = try arguments.receiver(LuaPicture.self)
            let options = try arguments.options()
            let width = try options.required("width")
            let height = try options.pixels("height") ?? width
            let fill = try options.number("fill") ?? 1
            let background = try options.color("background") ?? .white
            let metadata = try options.metadata()
            return PictureWork.pixels(picture.host, format: picture.format, origin: picture.origin) {
                switch try picture.pixels {
                case .still(let image):
                    .still(
                        try image.fitted(width: width, height: height, fill: fill, background: background)
                            .with(metadata))
                case .moving(let animation):
                    try PicturePixels.moving(
                        animation.fitted(width: width, height: height, fill: fill, background: background)
                    ).map { $0.with(metadata) }
                }
            }
        },
        .waiting(
            "thumbnail",
            .init(
                "Shrunk to fit a box, never enlarged; straight from the file, which is fast.",
                options: [
                    "width: integer — pixels", "height: integer — pixels; the width if not given", metadataField,
                ],
                inOrder: ["width", "height"], returns: "Picture", errors: ["image_damaged"])
        ) { arguments in
            let picture = try arguments.receiver(LuaPicture.self)
            let options = try arguments.options()
            let width = try options.required("width")
            let height = try options.pixels("height") ?? width
            let metadata = try options.metadata()
            return PictureWork.pixels(picture.host, format: picture.format, origin: picture.origin) {
                try picture.thumbnail(width: width, height: height).map { $0.with(metadata) }
            }
        },
        changing(
            "crop",
            .init(
                "A rectangle out of it.",
                options: [
                    "x: integer — pixels from the left", "y: integer — pixels from the top",
                    "width: integer — pixels", "height: integer — pixels", metadataField,
                ], inOrder: ["x", "y", "width", "height"], returns: "Picture")
        ) { options in
            let (x, y) = (try options.required("x"), try options.required("y"))
            let (width, height) = (try options.required("width"), try options.required("height"))
            let metadata = try options.metadata()
            return { try $0.cropped(x: x, y: y, width: width, height: height).with(metadata) }
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
        .waiting(
            "trim",
            .init(
                "Without its even margin. It takes one picture, not an animation.",
                options: [
                    "color: string — of the margin; default: the top left pixel's",
                    "threshold: number — 0 to 255; default 10",
                ], returns: "Picture")
        ) { arguments in
            let picture = try arguments.receiver(LuaPicture.self)
            let options = try arguments.options()
            let (color, threshold) = (try options.color("color"), try options.number("threshold") ?? 10)
            return PictureWork.picture(picture.host, format: picture.format, origin: picture.origin) {
                try picture.image.trimmed(color: color, threshold: threshold)
            }
        },
        .waiting(
            "cutout",
            .init(
                """
                The subject, cut out of its backdrop. How sure it is, is told by `confidence` and `warnings` of the result. \
                It takes one picture, not an animation.
                """,
                options: ["feather: number — softness of the edge; default 0.6"], returns: "Picture",
                errors: ["no_subject"])
        ) { arguments in
            let picture = try arguments.receiver(LuaPicture.self)
            let feather = try arguments.options().number("feather") ?? 0.6
            return { context in
                let cut = try await PictureWork.run { try picture.image.assessedCutout(feather: feather) }
                let result = LuaPicture(
                    .still(cut.image), host: picture.host, format: picture.format, origin: picture.origin,
                    assessment: cut.assessment)
                try await picture.host.memory.collect(context)
                return .object(result)
            }
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
                "margin: integer — pixels between it and the edges that it stands at; default 0",
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
        let margin = try placement.margin(options) ?? 0
        let blend: BlendMode = try options.choice("blend") ?? .over
        let opacity = try options.number("opacity") ?? 1
        let origin = SavedResult.combined(picture.origin, other.origin)
        return PictureWork.pixels(picture.host, format: picture.format, origin: origin) {
            let over = try other.image
            return try picture.pixels.map {
                try placement.lay(over, on: $0, margin: margin, blend: blend, opacity: opacity)
            }
        }
    }

    private static let text = LuaFunctionDefinition.waiting(
        "text",
        .init(
            "With text on it, in the middle unless told otherwise.", ["text: string"],
            options: [
                "x: integer — pixels from the left", "y: integer — pixels from the top",
                "at: \(anchors) — a place by name, instead of x and y; default center",
                """
                margin: integer — pixels between the text and the edges that it stands at; default 4 % of the shorter side
                """,
            ] + LuaOptions.textStyle, returns: "Picture", errors: ["image_too_large"])
    ) { arguments in
        let picture = try arguments.receiver(LuaPicture.self)
        let text = try arguments.string(1)
        let options = try arguments.options()
        let style = try options.textStyle()
        let placement = try Placement(options, otherwise: .anchor(.center))
        let margin = try placement.margin(options)
        return PictureWork.pixels(picture.host, format: picture.format, origin: picture.origin) {
            let words = try Image.text(text, style: style)
            return try picture.pixels.map {
                try placement.lay(words, on: $0, margin: margin ?? $0.standardMargin)
            }
        }
    }

    private static let frame = LuaFunctionDefinition.waiting(
        "frame",
        .init(
            "One frame of an animation, or one page of a TIFF or HEIF, as a picture.",
            ["number: integer — from 1 to `frames`"], returns: "Picture", errors: ["image_too_large", "image_damaged"])
    ) { arguments in
        let picture = try arguments.receiver(LuaPicture.self)
        let number = Int(clamping: try arguments.integer(1))
        return PictureWork.picture(picture.host, format: picture.format, origin: picture.origin) {
            try picture.frame(number)
        }
    }

    private static let formats = "\"jpeg\"|\"png\"|\"webp\"|\"gif\"|\"tiff\""
    private static let metadataField = LuaOptions.metadataField
    private static let quality: LuaField = "quality: integer — 1 to 100, for JPEG and WebP; default 90"

    private static let output: [LuaFunctionDefinition] = [
        .waiting(
            "convert",
            .init(
                """
                The same picture, to be written as another format. An animation is written as gif or webp; for another format \
                take one frame of it.
                """, ["format: \(formats)"], options: [metadataField], returns: "Picture")
        ) { arguments in
            let picture = try arguments.receiver(LuaPicture.self)
            let format = try format(try arguments.string(1), "picture:convert")
            let metadata = try arguments.options().metadata()
            return PictureWork.pixels(picture.host, format: format, origin: picture.origin) {
                let pixels = format == .gif || format == .webp ? try picture.pixels : .still(try picture.image)
                return try pixels.map { $0.with(metadata) }
            }
        },
        .waiting(
            "bytes",
            .init(
                "The content of a file.",
                options: ["format: \(formats) — default: the picture's own, else png", quality, metadataField],
                inOrder: ["format"], returns: "string")
        ) { arguments in
            let picture = try arguments.receiver(LuaPicture.self)
            let options = try arguments.options()
            let chosen = try options.string("format").map { try format($0, "picture:bytes") } ?? picture.writeFormat
            let quality = try quality(options)
            let metadata = try options.metadata()
            return { _ in
                let bytes = try await PictureWork.run {
                    try picture.pixels.encoded(format: chosen, quality: quality, metadata: metadata)
                }
                if let origin = picture.origin { picture.host.noteUse(origin.results) }
                return .string(LuaString(bytes))
            }
        },
        .waiting(
            "save",
            .init(
                "Writes a file in one step, with the folders on its way; returns its full path.",
                ["path: string — its extension names the format"],
                options: [
                    "format: \(formats) — instead of the extension's", quality, metadataField, SaveConflict.option,
                ], returns: "string", errors: ["not_allowed", "file_system"])
        ) { arguments in
            let picture = try arguments.receiver(LuaPicture.self)
            let path = try arguments.bytes(1)
            let options = try arguments.options()
            let conflict = try SaveConflict(options)
            let named = try options.string("format").map { try format($0, "picture:save") }
            guard let chosen = named ?? ImageFormat(fileName: path.lossyText) else {
                throw LuaArgumentError(
                    "\(path.escapedText) does not end in a picture's extension",
                    hint: "end the name in .jpg, .png, .webp, .gif or .tiff, or add { format = \"png\" }")
            }
            let quality = try quality(options)
            let metadata = try options.metadata()
            return { _ in
                let bytes = try await PictureWork.run {
                    try picture.pixels.encoded(format: chosen, quality: quality, metadata: metadata)
                }
                return .string(try await picture.host.save(path, bytes, picture.origin, conflict))
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

    /// A method that makes a new picture from one; of an animation it changes every frame.
    private static func changing(
        _ name: String, _ description: @autoclosure @escaping @Sendable () -> LuaFunctionDescription,
        _ prepare: @escaping @Sendable (LuaOptions) throws -> @Sendable (Image) throws -> Image
    ) -> LuaFunctionDefinition {
        .waiting(name, description()) { arguments in
            let picture = try arguments.receiver(LuaPicture.self)
            let change = try prepare(try arguments.options())
            return PictureWork.pixels(picture.host, format: picture.format, origin: picture.origin) {
                try picture.pixels.map(change)
            }
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
