import Imaging
package import LuaRuntime

/// What scripts see as `image`: local picture work.
package enum ImageModule {
    /// - Parameter drawsMarkup: Adds `image.svg`, for scripts of our own.
    package static func module(_ host: PictureHost, drawsMarkup: Bool = false) -> LuaModule {
        LuaModule(
            name: "image",
            summary: "Local picture work. Nothing is sent to the service; every call lets other tasks run meanwhile.",
            functions: [open(host), check(host), blank(host), text(host), contactSheet(host), compare(host), quality]
                + (drawsMarkup ? [svg(host)] : []),
            classes: [LuaPicture.self])
    }

    /// What reading a picture may raise.
    private static let unreadable = [
        "file_not_found", "not_allowed", "unsupported_format", "image_too_large", "image_damaged",
    ]

    private static let source: LuaField =
        "source: string|OutputFile|File|Source — a path, a result, an upload, or the bytes of a picture"

    private static func open(_ host: PictureHost) -> LuaFunctionDefinition {
        .waiting(
            "open",
            .init(
                """
                Opens a JPEG, PNG, WebP, GIF, TIFF or HEIF picture; its content decides, not its name. The pixels are decoded \
                when they are first needed; that a picture is truncated or broken may come out only then. `image.check` tells \
                before. A result is downloaded for it, and counts as saved once a picture made from it is saved.
                """, [source],
                options: [
                    "width: integer — shrinks it to fit while it is decoded, which is much faster",
                    "height: integer — the same for its height",
                    """
                    damaged: "refuse"|"allow" — allow opens what there is of a truncated or broken one; default refuse
                    """,
                ], returns: "Picture", errors: unreadable + ["file_system"],
                example: "local photo = image.open(\"./shoe.jpg\")")
        ) { arguments in
            let source = try source(try arguments.value(1), host) {
                arguments.mismatch(1, "a path, a file or the bytes of a picture")
            }
            let options = try arguments.options()
            let (width, height) = (try options.pixels("width"), try options.pixels("height"))
            let damaged: DamagePolicy = try options.choice("damaged") ?? .refuse
            return { context in
                let bytes = try await source.read()
                let picture = try await PictureWork.run {
                    try LuaPicture(file: bytes, name: source.name, host: host, damaged: damaged, origin: source.origin)
                }
                guard width == nil, height == nil else {
                    let limit = ImagingLimits.standard.side
                    return try await PictureWork.pixels(host, origin: source.origin) {
                        try picture.thumbnail(width: width ?? limit, height: height ?? limit)
                    }(context)
                }
                try await host.memory.collect(context)
                return .object(picture)
            }
        }
    }

    private static func check(_ host: PictureHost) -> LuaFunctionDefinition {
        .waiting(
            "check",
            .init(
                """
                Decodes everything in a picture's file, every frame to the end, and tells what it found. A damaged picture is \
                no error here: `ok` is false, and `problem` begins with `truncated:` or `damaged:`. `warnings` are what the \
                decoder complained of although every pixel is there; with nothing else, `ok` is true. It is stricter than \
                `image.open`: a file without the mark at its end is not ok, even if all pixels are there.
                """, [source],
                returns: """
                    {ok: boolean, format: string, width?: integer, height?: integer, frames?: integer, problem?: string, \
                    warnings: string[]}
                    """, errors: unreadable.filter { $0 != "image_damaged" } + ["file_system"],
                example: "print(image.check(\"./shoe.jpg\").problem)")
        ) { arguments in
            let source = try source(try arguments.value(1), host) {
                arguments.mismatch(1, "a path, a file or the bytes of a picture")
            }
            return { _ in
                let bytes = try await source.read()
                let check = try await PictureWork.run { try Image.check(bytes: bytes, name: source.name) }
                return .table([
                    "ok": .boolean(check.isWhole), "format": .string(check.format.rawValue),
                    "width": check.width.map { .integer(Int64($0)) } ?? .nil,
                    "height": check.height.map { .integer(Int64($0)) } ?? .nil,
                    "frames": check.frames.map { .integer(Int64($0)) } ?? .nil,
                    "problem": .optional(check.problem),
                    "warnings": .table(LuaTable(items: check.warnings.map { .string($0) })),
                ])
            }
        }
    }

    struct Source: Sendable {
        /// What it is called in messages.
        let name: String
        /// Nil for bytes.
        var origin: SavedResult?
        let read: PictureHost.Reading
    }

    /// A path, a file or bytes. A string that holds a zero is a picture's content, and so is one that is not text and names no
    /// file.
    static func source(
        _ value: LuaValue, _ host: PictureHost, _ mismatch: () -> LuaArgumentError
    ) throws -> Source {
        switch value {
        case .string(let string):
            let content = Source(name: "the given bytes") { string.bytes }
            if string.bytes.contains(0) { return content }
            let name = string.text ?? string.escapedText
            do {
                guard let reading = try host.source(value) else { throw mismatch() }
                return Source(
                    name: name, origin: SavedResult(identity: "file \(string.bytes)", name: name), read: reading)
            } catch  where string.text == nil && ImageFormat(fileName: name) == nil {
                return content
            }
        case .object(let object):
            guard let reading = try host.source(value) else { throw mismatch() }
            let name = object.luaProperty("filename")?.text ?? object.luaDescription
            let identity = host.identity(object)
            // Results of one workflow have the same names.
            let origin = SavedResult(
                identity: "object \(identity)", name: "\(name) (\(identity))",
                results: host.resultURL(object).map { [$0] } ?? [])
            return Source(name: name, origin: origin, read: reading)
        default:
            guard let reading = try host.source(value) else { throw mismatch() }
            return Source(name: value.typeName, read: reading)
        }
    }

    private static func blank(_ host: PictureHost) -> LuaFunctionDefinition {
        .waiting(
            "blank",
            .init(
                "A picture of one colour.",
                options: ["width: integer — pixels", "height: integer — pixels", "color: string — default white"],
                inOrder: ["width", "height", "color"], returns: "Picture", errors: ["image_too_large"])
        ) { arguments in
            let options = try arguments.options()
            let (width, height) = (try options.required("width"), try options.required("height"))
            let color = try options.color("color") ?? .white
            return PictureWork.picture(host) { try Image.blank(width: width, height: height, color: color) }
        }
    }

    private static func text(_ host: PictureHost) -> LuaFunctionDefinition {
        .waiting(
            "text",
            .init(
                "Text on nothing: a picture as small as the ink, transparent around it.", ["text: string"],
                options: LuaOptions.textStyle, returns: "Picture", errors: ["image_too_large"])
        ) { arguments in
            let text = try arguments.string(1)
            let style = try arguments.options().textStyle()
            return PictureWork.picture(host) { try Image.text(text, style: style) }
        }
    }

    private static let quality = LuaFunctionDefinition.waiting(
        "quality",
        .init(
            """
            What a picture is like, for a gate before it is published. Each figure is from 0 to 1. `sharpness`: 0 is out of \
            focus or of one colour, 1 as crisp as pixels are; it is 1 less the blur of Crété-Roffet (2007), on a copy of at most \
            1024 pixels a side. `exposure`: how light the subject is, its mean L* by 100, 0 black and 1 white; of the whole \
            picture if nothing stands out. `coverage`: the share of the picture that the subject takes; 0 if nothing stands \
            out. `squareness`: the shorter side by the longer one; 1 is a square. A transparent picture lies on white, and what \
            is not transparent is its subject. It takes one picture, not an animation.
            """, ["picture: Picture"],
            returns: "{sharpness: number, exposure: number, coverage: number, squareness: number}",
            example: "assert(image.quality(image.open(\"./shoe.jpg\")).sharpness > 0.4, \"out of focus\")")
    ) { arguments in
        let picture = try arguments.object(1, as: LuaPicture.self)
        return { _ in
            let quality = try await PictureWork.run { try picture.image.quality() }
            return .table([
                "sharpness": .number(quality.sharpness), "exposure": .number(quality.exposure),
                "coverage": .number(quality.coverage), "squareness": .number(quality.squareness),
            ])
        }
    }

    private static func svg(_ host: PictureHost) -> LuaFunctionDefinition {
        .waiting("svg") { arguments in
            let markup = try arguments.string(1)
            return PictureWork.picture(host) { try Image.svg(markup) }
        }
    }

    private static func contactSheet(_ host: PictureHost) -> LuaFunctionDefinition {
        .waiting(
            "contact_sheet",
            .init(
                "Many pictures on one sheet, in rows.",
                ["list: (Picture|string|OutputFile|File|Source)[] — pictures, paths or files"],
                options: [
                    "columns: integer — pictures in a row; default: about a square",
                    "labels: string[] — a line under each picture",
                    "cell: integer — pixels a side, 16 to 2000; default 256",
                    "gap: integer — pixels between pictures; default 16",
                    "background: string — colour; default white", "color: string — of the labels; default black",
                ], returns: "Picture", errors: unreadable,
                example: "image.contact_sheet(fs.glob(\"./out/*.png\"), { columns = 4 }):save(\"sheet.jpg\")")
        ) { arguments in
            guard let list = try arguments.table(1), list.entries.isEmpty, !list.items.isEmpty else {
                throw arguments.mismatch(1, "a list of pictures, paths or files")
            }
            let sources = try list.items.enumerated().map { index, value -> TileSource in
                if case .object(let picture as LuaPicture) = value { return .picture(picture) }
                let tile = try source(value, host) {
                    LuaArgumentError(
                        "item \(index + 1) of image.contact_sheet is a \(value.typeName)",
                        hint: "it takes pictures, paths and files")
                }
                return .file(name: tile.name, tile.read)
            }
            let options = try arguments.options()
            var style = ContactSheetStyle()
            style.columns = try options.pixels("columns")
            style.cell = try options.pixels("cell") ?? style.cell
            style.gap = try options.pixels("gap") ?? style.gap
            style.background = try options.color("background") ?? style.background
            style.ink = try options.color("color") ?? style.ink
            let labels = try labels(options, count: sources.count)
            return { [style] context in
                let side = style.cell
                // One after the other, and small at once: the originals together may not fit into memory.
                var tiles: [ContactSheetTile] = []
                for (source, label) in zip(sources, labels) {
                    tiles.append(ContactSheetTile(try await source.thumbnail(side), label: label))
                }
                return try await PictureWork.picture(host) { [tiles] in
                    try Image.contactSheet(tiles, style: style)
                }(context)
            }
        }
    }

    private static func labels(_ options: LuaOptions, count: Int) throws -> [String?] {
        guard let value = options["labels"] else { return Array(repeating: nil, count: count) }
        guard let list = value.tableValue, list.entries.isEmpty, list.items.count <= count else {
            throw options.mismatch("labels", "a list of as many strings as there are pictures", value)
        }
        let labels = try list.items.map { label -> String? in
            guard let text = label.text else { throw options.mismatch("labels", "a list of strings", label) }
            return text
        }
        return labels + Array(repeating: nil, count: count - labels.count)
    }

    private static func compare(_ host: PictureHost) -> LuaFunctionDefinition {
        .waiting(
            "compare",
            .init(
                """
                How far two pictures of one size are apart: `difference` 0 to 1, `changed` (share of pixels), `psnr` in \
                decibels, `same`, and `picture` of the differences.
                """, ["a: Picture", "b: Picture"],
                returns: "{difference: number, changed: number, psnr: number, same: boolean, picture: Picture}")
        ) { arguments in
            let left = try arguments.object(1, as: LuaPicture.self)
            let right = try arguments.object(2, as: LuaPicture.self)
            return { context in
                let result = try await PictureWork.run { try left.image.compared(with: right.image) }
                let picture = LuaPicture(result.image, host: host)
                try await host.memory.collect(context)
                return .table([
                    "difference": .number(result.difference), "changed": .number(result.changed),
                    "psnr": .number(result.peakSignalToNoise), "same": .boolean(result.difference == 0),
                    "picture": .object(picture),
                ])
            }
        }
    }
}

/// A picture of a contact sheet, before it is small.
private enum TileSource: Sendable {
    case picture(LuaPicture)
    case file(name: String, PictureHost.Reading)

    func thumbnail(_ side: Int) async throws -> Image {
        guard (16...2000).contains(side) else {
            throw LuaArgumentError("cell of image.contact_sheet must be 16 to 2000, not \(side)")
        }
        switch self {
        case .picture(let picture):
            return try await PictureWork.run {
                guard case .still(let image) = try picture.thumbnail(width: side, height: side) else {
                    return try picture.image
                }
                return image
            }
        case .file(let name, let read):
            let bytes = try await read()
            return try await PictureWork.run {
                let image = try Image.open(bytes: bytes, name: name, fitting: (width: side, height: side))
                guard
                    try image.format != .gif && image.format != .webp
                        || ImageHeader(bytes: bytes, name: name).frames == 1
                else {
                    throw ImagingError(
                        .invalidArgument, "\(name) is an animation, and a tile is one picture",
                        remedy: "choose a frame: image.open(path):frame(1)")
                }
                return image
            }
        }
    }
}
