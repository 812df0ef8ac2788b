package import LuaRuntime

/// What `image` and pictures offer, for editors, help and the reference page.
package enum ImageReference {
    private static let unreadable = [
        "file_not_found", "not_allowed", "unsupported_format", "image_too_large", "image_damaged",
    ]

    private static let styleOptions: [LuaReference.Field] = [
        "font: string — families in order of preference, separated by commas",
        "weight: string — such as \"Bold\" or \"Light Italic\"",
        "size: number — pixels, 4 to 1000; default 32",
        "color: string — #rgb, #rrggbb, #rrggbbaa or a name; default black",
        "width: integer — wraps lines at this many pixels",
        "fit_width: integer — sets the text smaller until it is no wider than this",
        "align: \"left\"|\"center\"|\"right\" — of lines to each other; default left",
        "spacing: integer — pixels between lines beyond the font's own; default 0",
    ]

    private static let places =
        "\"top-left\"|\"top\"|\"top-right\"|\"left\"|\"center\"|\"right\"|\"bottom-left\"|\"bottom\"|\"bottom-right\""

    /// `image` itself.
    package static let module = LuaReference.Module(
        "image", "Local picture work. Nothing is sent to the service; every call lets other tasks run meanwhile.",
        [
            LuaReference.Function(
                "open",
                "Opens a JPEG, PNG, WebP, GIF, TIFF or HEIF picture; its content decides, not its name. The pixels are"
                    + " decoded when they are first needed; that a picture is truncated or broken may come out only"
                    + " then. `image.check` tells before.",
                ["source: string|OutputFile|File|Source — a path, a result, an upload, or the bytes of a picture"],
                options: [
                    "width: integer — shrinks it to fit while it is decoded, which is much faster",
                    "height: integer — the same for its height",
                    "damaged: \"refuse\"|\"allow\" — allow opens what there is of a truncated or broken one; default refuse",
                ], returns: "Picture", errors: unreadable + ["file_system"],
                example: "local photo = image.open(\"./shoe.jpg\")"),
            LuaReference.Function(
                "check",
                "Decodes everything in a picture's file, every frame to the end, and tells what it found. A damaged"
                    + " picture is no error here: `ok` is false, and `problem` begins with `truncated:` or `damaged:`."
                    + " `warnings` are what the decoder complained of although every pixel is there; with nothing"
                    + " else, `ok` is true. It is stricter than `image.open`: a file without the mark at its end is"
                    + " not ok, even if all pixels are there.",
                ["source: string|OutputFile|File|Source — a path, a result, an upload, or the bytes of a picture"],
                returns: "{ok: boolean, format: string, width?: integer, height?: integer, frames?: integer,"
                    + " problem?: string, warnings: string[]}",
                errors: unreadable.filter { $0 != "image_damaged" } + ["file_system"],
                example: "print(image.check(\"./shoe.jpg\").problem)"),
            LuaReference.Function(
                "blank", "A picture of one colour.",
                options: [
                    "width: integer — pixels", "height: integer — pixels", "color: string — default white",
                ], inOrder: ["width", "height", "color"], returns: "Picture", errors: ["image_too_large"]),
            LuaReference.Function(
                "text", "Text on nothing: a picture as small as the ink, transparent around it.", ["text: string"],
                options: styleOptions, returns: "Picture", errors: ["image_too_large"]),
            LuaReference.Function(
                "contact_sheet", "Many pictures on one sheet, in rows.",
                ["list: (Picture|string|OutputFile|File|Source)[] — pictures, paths or files"],
                options: [
                    "columns: integer — pictures in a row; default: about a square",
                    "labels: string[] — a line under each picture",
                    "cell: integer — pixels a side, 16 to 2000; default 256",
                    "gap: integer — pixels between pictures; default 16", "background: string — colour; default white",
                    "color: string — of the labels; default black",
                ], returns: "Picture", errors: unreadable,
                example: "image.contact_sheet(fs.glob(\"./out/*.png\"), { columns = 4 }):save(\"sheet.jpg\")"),
            LuaReference.Function(
                "compare",
                "How far two pictures of one size are apart: `difference` 0 to 1, `changed` (share of pixels),"
                    + " `psnr` in decibels, `same`, and `picture` of the differences.",
                ["a: Picture", "b: Picture"],
                returns: "{difference: number, changed: number, psnr: number, same: boolean, picture: Picture}"),
        ])

    /// What `image` gives.
    package static let picture = LuaReference.Class(
        "Picture", shownAs: "picture",
        "A picture. Every method makes a new one; none changes the picture it is called on.",
        properties: [
            "width: integer — pixels", "height: integer — pixels",
            "format?: string — jpeg, png, webp, gif, tiff or heif; nil for one that was made",
            "dpi?: number — dots per inch",
            "color_space: string — of the file; the pixels are always sRGB",
            "has_alpha?: boolean — nil until the pixels are decoded",
        ],
        methods: geometry + effects + layers + output)

    private static let geometry = [
        LuaReference.Function(
            "resize", "Another size, up or down.",
            options: [
                "width: integer — pixels; follows from the height if not given",
                "height: integer — pixels; follows from the width if not given",
                "fit: \"fit\"|\"cover\"|\"exact\" — within the box, filling it, or exactly it; default fit",
            ], inOrder: ["width", "height"], returns: "Picture", errors: ["image_too_large"]),
        LuaReference.Function(
            "thumbnail", "Shrunk to fit a box, never enlarged; straight from the file, which is fast.",
            options: [
                "width: integer — pixels", "height: integer — pixels; the width if not given",
            ], inOrder: ["width", "height"], returns: "Picture", errors: ["image_damaged"]),
        LuaReference.Function(
            "crop", "A rectangle out of it.",
            options: [
                "x: integer — pixels from the left", "y: integer — pixels from the top", "width: integer — pixels",
                "height: integer — pixels",
            ], inOrder: ["x", "y", "width", "height"], returns: "Picture"),
        LuaReference.Function(
            "rotate", "Turned clockwise.",
            options: [
                "degrees: number — any angle", "background: string — colour of the corners; default transparent",
            ], inOrder: ["degrees"], returns: "Picture", errors: ["image_too_large"]),
        LuaReference.Function(
            "flip", "Mirrored.", options: ["direction: \"horizontal\"|\"vertical\" — default horizontal"],
            inOrder: ["direction"], returns: "Picture"),
        LuaReference.Function(
            "extend", "With a margin.",
            options: [
                "top: integer — pixels", "right: integer — pixels", "bottom: integer — pixels",
                "left: integer — pixels",
                "color: string — default white",
            ], returns: "Picture", errors: ["image_too_large"]),
        LuaReference.Function(
            "trim", "Without its even margin.",
            options: [
                "color: string — of the margin; default: the top left pixel's",
                "threshold: number — 0 to 255; default 10",
            ], returns: "Picture"),
        LuaReference.Function(
            "cutout", "The subject, cut out of its backdrop.",
            options: ["feather: number — softness of the edge; default 0.6"],
            returns: "Picture", errors: ["no_subject"]),
    ]

    private static let effects = [
        LuaReference.Function(
            "blur", "Out of focus.", options: ["sigma: number — pixels, 0.3 to 200"], inOrder: ["sigma"],
            returns: "Picture"),
        LuaReference.Function(
            "sharpen", "Crisper.", options: ["sigma: number — size of the detail, 0.3 to 10; default 0.8"],
            inOrder: ["sigma"],
            returns: "Picture"),
        LuaReference.Function("grayscale", "In shades of grey.", returns: "Picture"),
        LuaReference.Function(
            "silhouette", "Its outline filled with one colour.", options: ["color: string — default black"],
            inOrder: ["color"], returns: "Picture"),
        LuaReference.Function(
            "background", "On a background: nothing stays transparent.", options: ["color: string — default white"],
            inOrder: ["color"], returns: "Picture"),
    ]

    private static let layers = [
        LuaReference.Function(
            "composite", "With another picture laid on it.", ["other: Picture"],
            options: [
                "x: integer — pixels from the left; default 0", "y: integer — pixels from the top; default 0",
                "at: \(places) — a place by name, instead of x and y",
                "blend: \"over\"|\"multiply\"|\"screen\"|\"overlay\"|\"darken\"|\"lighten\"|\"add\"|\"soft-light\"|\"hard-light\"|\"difference\"|\"color-dodge\"|\"color-burn\" — default over",
                "opacity: number — 0 to 1; default 1",
            ], returns: "Picture"),
        LuaReference.Function(
            "text", "With text on it, in the middle unless told otherwise.", ["text: string"],
            options: [
                "x: integer — pixels from the left", "y: integer — pixels from the top",
                "at: \(places) — a place by name, instead of x and y; default center",
            ] + styleOptions, returns: "Picture", errors: ["image_too_large"]),
    ]

    private static let output = [
        LuaReference.Function(
            "convert", "The same picture, to be written as another format.",
            ["format: \"jpeg\"|\"png\"|\"webp\"|\"gif\"|\"tiff\""], returns: "Picture"),
        LuaReference.Function(
            "bytes", "The content of a file.",
            options: [
                "format: \"jpeg\"|\"png\"|\"webp\"|\"gif\"|\"tiff\" — default: the picture's own, else png",
                "quality: integer — 1 to 100, for JPEG and WebP; default 90",
            ], inOrder: ["format"], returns: "string"),
        LuaReference.Function(
            "save", "Writes a file in one step, with the folders on its way; returns its full path.",
            ["path: string — its extension names the format"],
            options: [
                "format: \"jpeg\"|\"png\"|\"webp\"|\"gif\"|\"tiff\" — instead of the extension's",
                "quality: integer — 1 to 100, for JPEG and WebP; default 90",
            ], returns: "string", errors: ["not_allowed", "file_system"]),
    ]
}
