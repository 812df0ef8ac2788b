package import Imaging
package import LuaRuntime
import Synchronization

/// A picture that a script works on.
///
/// One that comes from a file is decoded when its pixels are first needed, so that a thumbnail can be decoded small.
package final class LuaPicture: LuaObject {
    package static let luaClass = LuaClass(
        name: "picture",
        summary: """
            A picture, or an animated GIF or WebP, of which every frame is changed alike; what takes one picture refuses an \
            animation. Every method makes a new one; none changes the picture it is called on.
            """,
        properties: [
            "width: integer — pixels", "height: integer — pixels",
            "format?: string — jpeg, png, webp, gif, tiff or heif; nil for one that was made",
            "dpi?: number — dots per inch", "color_space: string — of the file; the pixels are always sRGB",
            "has_alpha?: boolean — nil until the pixels are decoded",
            """
            frames: integer — of an animated GIF or WebP, all of which every change is made to; pages of a TIFF or HEIF, of \
            which the first counts; else 1
            """,
            """
            metadata: {copyright?: string, artist?: string, description?: string, exif?: {[string]: string}, profile?: string, xmp?: string} — what the file says of itself, a table: copyright, artist, description, exif (tags by \
            name), profile, xmp; each is nil if it says nothing, and cut off after 1000 bytes (xmp: 64 KiB)
            """,
            """
            confidence?: number — of a cut-out: how sure it is, 0 to 1; 1 if there is nothing to warn of and every edge is \
            clear
            """,
            """
            warnings?: string[] — of a cut-out, why it may be wrong: touches_border, several_parts, coverage_low (under 5 % \
            of the picture), coverage_high (over 90 %), weak_edges (the backdrop's colour along much of its edge)
            """,
        ],
        methods: PictureMethods.all)

    private enum Content {
        case file([UInt8])
        case pixels(PicturePixels)

        var cost: Int {
            switch self {
            case .file(let bytes): bytes.count
            case .pixels(let pixels): pixels.cost
            }
        }
    }

    let host: PictureHost
    package let width: Int
    package let height: Int
    /// The format of its file, or the one it was converted to.
    let format: ImageFormat?
    /// What it was opened from, also if it was changed since, and the results that were laid on it; nil for one that was made.
    let origin: SavedResult?
    private let dotsPerInch: Double?
    private let colorSpace: String
    /// What its file is called in messages.
    private let name: String
    private let damaged: DamagePolicy
    private let frames: Int
    private let metadata: ImageMetadata?
    private let assessment: CutoutAssessment?
    private let content: Mutex<Content>

    /// A picture that is in memory.
    package convenience init(_ image: Image, host: PictureHost, format: ImageFormat? = nil, origin: SavedResult? = nil)
    {
        self.init(.still(image), host: host, format: format, origin: origin)
    }

    init(
        _ pixels: PicturePixels, host: PictureHost, format: ImageFormat? = nil, origin: SavedResult? = nil,
        assessment: CutoutAssessment? = nil
    ) {
        let image = pixels.first
        self.origin = origin
        self.host = host
        self.assessment = assessment
        frames = pixels.frames
        metadata = image.metadata
        width = image.width
        height = image.height
        self.format = format ?? image.format
        dotsPerInch = image.dotsPerInch
        colorSpace = image.colorSpace
        name = "picture"
        damaged = .refuse
        let content = Content.pixels(pixels)
        self.content = Mutex(content)
        host.memory.add(content.cost)
    }

    /// A picture that is still a file's content.
    ///
    /// - Throws: ``ImagingError`` if it is none, or over the limits.
    init(file: [UInt8], name: String, host: PictureHost, damaged: DamagePolicy, origin: SavedResult?) throws {
        let header = try ImageHeader(bytes: file, name: name, damaged: damaged)
        self.host = host
        width = header.width
        height = header.height
        format = header.format
        dotsPerInch = header.dotsPerInch
        colorSpace = header.colorSpace
        self.name = name
        self.origin = origin
        self.damaged = damaged
        frames = header.frames
        metadata = header.metadata
        assessment = nil
        content = Mutex(.file(file))
        host.memory.add(file.count)
    }

    deinit {
        host.memory.remove(content.withLock { $0.cost })
    }

    /// The picture, decoded now if need be. Takes its time: never on the VM's actor.
    ///
    /// - Throws: ``ImagingError`` with `invalidArgument` for an animation.
    package var image: Image {
        get throws {
            guard case .still(let image) = try pixels else {
                throw ImagingError(
                    .invalidArgument, "\(name) is an animation of \(frames) frames, and this takes one picture",
                    remedy: "choose one: picture:frame(1)")
            }
            return image
        }
    }

    /// The picture or the animation, decoded now if need be. Takes its time: never on the VM's actor.
    package var pixels: PicturePixels {
        get throws {
            try content.withLock { content in
                switch content {
                case .pixels(let pixels): return pixels
                case .file(let bytes):
                    let pixels =
                        try isAnimated
                        ? PicturePixels(Animation.open(bytes: bytes, name: name, damaged: damaged))
                        : .still(Image.open(bytes: bytes, name: name, damaged: damaged))
                    let before = content.cost
                    content = .pixels(pixels)
                    host.memory.add(content.cost - before)
                    return pixels
                }
            }
        }
    }

    /// The picture, or an animation's first frame: for a display that stands still. Takes its time, as ``pixels``.
    package var shownImage: Image { get throws { try pixels.first } }

    /// Whether its frames are shown one after the other, and not pages of a document.
    var isAnimated: Bool { frames > 1 && (format == .gif || format == .webp) }

    /// One frame of an animation or page of a document, from 1.
    func frame(_ number: Int) throws -> Image {
        guard (1...frames).contains(number) else {
            throw ImagingError(
                .invalidArgument,
                "\(name) has \(frames == 1 ? "one frame" : "\(frames) frames"), and none of number \(number)",
                remedy: "they are counted from 1")
        }
        let file: [UInt8]? = content.withLock { if case .file(let bytes) = $0 { bytes } else { nil } }
        if let file, !isAnimated, number > 1 {
            return try Image.open(bytes: file, name: name, page: number - 1, damaged: damaged)
        }
        switch try pixels {
        case .moving(let animation): return animation.frames[number - 1]
        case .still(let image):
            guard number > 1 else { return image }
            throw ImagingError(
                .invalidArgument, "only the first page of \(name) is left, since its pixels were asked for",
                remedy: "open the file again, and take the page first")
        }
    }

    /// The picture shrunk to fit a box; straight from the file where it has not been decoded.
    func thumbnail(width: Int, height: Int) throws -> PicturePixels {
        let file: [UInt8]? = content.withLock { if case .file(let bytes) = $0 { bytes } else { nil } }
        guard let file, !isAnimated else { return try pixels.map { try $0.thumbnail(width: width, height: height) } }
        return .still(
            try Image.open(bytes: file, name: name, fitting: (width: width, height: height), damaged: damaged))
    }

    package var luaDescription: String { "picture \(width)×\(height)" }

    package func luaProperty(_ name: String) -> LuaValue? {
        switch name {
        case "width": .integer(Int64(width))
        case "height": .integer(Int64(height))
        case "format": format.map { .string($0.rawValue) }
        case "dpi": dotsPerInch.map { .number($0) }
        case "color_space": .string(colorSpace)
        // Known only from the pixels, which may not be there yet, or are being decoded just now.
        case "has_alpha":
            content.withLockIfAvailable { content -> LuaValue? in
                if case .pixels(let pixels) = content { .boolean(pixels.first.hasAlpha) } else { nil }
            } ?? nil
        case "frames": .integer(Int64(frames))
        case "metadata": .table(metadata?.luaTable ?? LuaTable())
        case "confidence": assessment.map { .number($0.confidence) }
        case "warnings":
            assessment.map { .table(LuaTable(items: $0.warnings.map { .string($0.rawValue) })) }
        default: nil
        }
    }
}

extension ImageMetadata {
    fileprivate var luaTable: LuaTable {
        var table: LuaTable = [:]
        table["copyright"] = .optional(copyright)
        table["artist"] = .optional(artist)
        table["description"] = .optional(summary)
        table["profile"] = .optional(profileName)
        table["xmp"] = .optional(xmp)
        var tags: LuaTable = [:]
        for (name, value) in exif { tags[name] = .string(value) }
        if !tags.entries.isEmpty { table["exif"] = .table(tags) }
        return table
    }
}
