internal import CImaging

extension Image {
    /// Reads a JPEG, PNG, WebP, GIF, TIFF or, where libvips can, HEIF picture; its content decides, not its name.
    ///
    /// The picture is turned upright by its EXIF orientation and converted to sRGB; of an animation it is the first
    /// frame.
    ///
    /// A truncated picture, or one whose decoder had to make pixels up, is an error, with and without `fitting`. What a
    /// decoder merely complains of, such as the odd scan headers of some phones' photos, is none.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - fitting: A box in pixels. If given, the picture is shrunk to fit it while it is decoded, which is several times
    ///     faster and takes less memory than opening it whole. It is never enlarged.
    ///   - damaged: ``DamagePolicy/allow`` opens what there is of a picture that is truncated or broken; `fitting` then
    ///     saves no time.
    ///   - limits: What is too large.
    /// - Throws: ``ImagingError`` with `fileAccess` if there is no such regular file, `unsupportedFormat` for other content,
    ///   `tooLarge` over the limits (found before decoding), `damaged` if the content is truncated or broken.
    public static func open(
        path: String, fitting: (width: Int, height: Int)? = nil, damaged: DamagePolicy = .refuse,
        limits: ImagingLimits = .standard
    ) throws -> Image {
        let file = try ReadableFile(path: path)
        return try open(
            descriptor: file.descriptor, name: path, fitting: fitting, damaged: damaged, limits: limits)
    }

    /// Like ``open(path:fitting:damaged:limits:)``, from a file that is open for reading and stays the caller's to close.
    ///
    /// Its position is moved. `name` is for errors only.
    public static func open(
        descriptor: Int32, name: String, fitting: (width: Int, height: Int)? = nil, damaged: DamagePolicy = .refuse,
        limits: ImagingLimits = .standard
    ) throws -> Image {
        try load(.descriptor(descriptor), named: name, fitting: fitting, damaged: damaged, limits: limits)
    }

    /// Like ``open(path:fitting:damaged:limits:)``, from a file's content.
    ///
    /// `name` is for errors only.
    public static func open(
        bytes: [UInt8], name: String = "open", fitting: (width: Int, height: Int)? = nil,
        damaged: DamagePolicy = .refuse, limits: ImagingLimits = .standard
    ) throws -> Image {
        try load(.memory(bytes), named: name, fitting: fitting, damaged: damaged, limits: limits)
    }

    /// Draws SVG markup. The same markup gives the same pixels, as long as it holds no text (which depends on installed
    /// fonts).
    ///
    /// For markup of our own: it may not come from a user's file. References to files and the network lead nowhere.
    ///
    /// - Throws: ``ImagingError/Code/failed`` for malformed markup, `tooLarge` for a drawing over the limits.
    public static func svg(_ markup: String, limits: ImagingLimits = .standard) throws -> Image {
        try svg(markup, scale: 1, limits: limits)
    }

    static func svg(_ markup: String, scale: Double, limits: ImagingLimits) throws -> Image {
        var markup = markup
        return Image(
            try .make("svg") { out, error in
                markup.withUTF8 { text in
                    text.withMemoryRebound(to: CChar.self) {
                        spx_open_svg($0.baseAddress, $0.count, scale, Int64(limits.pixels), out, error)
                    }
                }
            })
    }

    private static func load(
        _ content: PictureContent, named name: String, fitting: (width: Int, height: Int)?, damaged: DamagePolicy,
        limits: ImagingLimits, page: Int = 0
    ) throws -> Image {
        var options = spx_open_options(damaged: damaged, limits: limits)
        options.page = Int32(clamping: page)
        if let fitting {
            try limits.check(width: fitting.width, height: 1, for: name)
            try limits.check(width: 1, height: fitting.height, for: name)
            options.box_width = Int32(fitting.width)
            options.box_height = Int32(fitting.height)
        }
        var decoder = Decoder(options: options, name: name, limits: limits)
        let raster = try decoder.decode(content)
        if damaged == .refuse { try decoder.refuseLostPixels(content) }
        return decoder.image(raster)
    }

    /// One page of a TIFF or HEIF, or one frame of a GIF or WebP, from a file's content.
    ///
    /// `page` counts from 0; `name` is for errors only.
    ///
    /// - Throws: As ``open(path:fitting:damaged:limits:)`` does.
    public static func open(
        bytes: [UInt8], name: String = "open", page: Int, damaged: DamagePolicy = .refuse,
        limits: ImagingLimits = .standard
    ) throws -> Image {
        try load(.memory(bytes), named: name, fitting: nil, damaged: damaged, limits: limits, page: page)
    }
}

extension Animation {
    /// Every frame of a GIF or WebP, from a file's content; other formats give their first page.
    ///
    /// Each is turned upright by the file's EXIF orientation. `name` is for errors only.
    ///
    /// - Throws: As ``Image/open(path:fitting:damaged:limits:)`` does; `tooLarge` counts the pixels of all frames.
    public static func open(
        bytes: [UInt8], name: String = "open", damaged: DamagePolicy = .refuse, limits: ImagingLimits = .standard
    ) throws -> Animation {
        var options = spx_open_options(damaged: damaged, limits: limits)
        options.all_frames = true
        var decoder = Decoder(options: options, name: name, limits: limits)
        let content = PictureContent.memory(bytes)
        // In two statements: `decoder.image(try decoder.decode(content))` copies the decoder before it has decoded.
        let raster = try decoder.decode(content)
        let strip = decoder.image(raster)
        if damaged == .refuse { try decoder.refuseLostPixels(content) }
        let info = decoder.info
        let height = Int(info.frame_height)
        // Not the picture's height: a single picture that lies on its side has been turned.
        let count = height > 0 ? Int(info.stored_height) / height : 1
        guard count > 1, count * height == strip.height else { return try Animation(frames: [strip]) }
        let frames = try (0..<count).map {
            try strip.cropped(x: 0, y: $0 * height, width: strip.width, height: height)
                .turned(from: Int(info.orientation))
        }
        let timing = decoder.metadata?.timing(frames: count)
        return try Animation(frames: frames, delays: timing?.delays ?? [], loop: timing?.loop ?? 0)
    }
}

extension spx_open_options {
    fileprivate init(damaged: DamagePolicy, limits: ImagingLimits) {
        self.init()
        pixel_limit = Int64(limits.pixels)
        side_limit = Int32(clamping: limits.side)
        allow_damaged = damaged == .allow
    }
}

/// One opening of a picture: what was found out on the way.
private struct Decoder {
    var options: spx_open_options
    let name: String
    let limits: ImagingLimits
    private(set) var info = spx_info()
    private(set) var metadata: ImageMetadata?
    private var warnings = DecoderWarnings(lines: [], count: 0)

    init(options: spx_open_options, name: String, limits: ImagingLimits) {
        self.options = options
        self.name = name
        self.limits = limits
    }

    mutating func decode(_ content: PictureContent, alone: Bool = false) throws -> Raster {
        do {
            let raster: Raster
            var found: OpaquePointer?
            (raster, warnings) = try withUnsafeMutablePointer(to: &found) { found in
                info.metadata = found
                defer { info.metadata = nil }
                return try DecoderWarnings.collecting { warnings in
                    try Raster.make(name, alone: alone) {
                        content.open(options: &options, picture: $0, info: &info, warnings: warnings, error: $1)
                    }
                }
            }
            metadata = ImageMetadata(owning: found)
            return raster
        } catch let error as ImagingError where error.code == .failed {
            // For the message only: a file that cannot be read again is still damaged.
            let bytes = (try? content.bytes(name: name)) ?? []
            throw ImagingError.damaged(
                name, decoder: error.message, format: ImageFormat(code: info.format), bytes: bytes,
                isAllowed: options.allow_damaged)
        } catch {
            throw Image.explained(error, limits: limits)
        }
    }

    func image(_ raster: Raster) -> Image {
        Image(
            raster, format: ImageFormat(code: info.format),
            dotsPerInch: info.dots_per_inch > 0 ? (info.dots_per_inch * 100).rounded() / 100 : nil,
            colorSpace: info.color_space.map { String(cString: $0) } ?? "srgb", metadata: metadata)
    }

    /// What decoders let pass although pixels are missing.
    mutating func refuseLostPixels(_ content: PictureContent) throws {
        switch ImageFormat(code: info.format) {
        case .gif:
            // libvips opens the frames that are whole and says nothing of the others.
            guard let truncation = GIFBlocks.truncation(in: try content.bytes(name: name)), truncation.costsPixels
            else { return }
            throw ImagingError.truncated(name, truncation.place)
        case .jpeg where warnings.count > 0:
            let loss = try JPEGLoss.find(in: try content.bytes(name: name), warnings) {
                _ = try decode(.memory($0), alone: true)
                return warnings
            }
            guard let loss else { return }
            throw ImagingError.damaged(name, decoder: loss, format: .jpeg, bytes: [], isAllowed: false)
        default: return
        }
    }
}

extension Image {
    /// Upright, if this is how an EXIF orientation stores it (EXIF 2.3, tag 0x0112).
    fileprivate func turned(from orientation: Int) throws -> Image {
        switch orientation {
        case 2: try flipped()
        case 3: try rotated(degrees: 180)
        case 4: try flipped(vertically: true)
        case 5: try flipped().rotated(degrees: 270)
        case 6: try rotated(degrees: 90)
        case 7: try flipped().rotated(degrees: 90)
        case 8: try rotated(degrees: 270)
        default: self
        }
    }

    static func explained(_ error: any Error, limits: ImagingLimits) -> any Error {
        guard let error = error as? ImagingError else { return error }
        switch error.code {
        case .tooLarge:
            return ImagingError(
                .tooLarge, error.message,
                remedy: "the limit is \(limits.pixels) pixels and \(limits.side) a side; make the picture smaller first"
            )
        case .unsupportedFormat:
            return ImagingError(
                .unsupportedFormat, error.message,
                remedy: "export the picture as JPEG or PNG; a file's name does not change its content")
        default: return error
        }
    }
}
