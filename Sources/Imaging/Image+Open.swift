internal import CImaging

extension Image {
    /// Reads a JPEG, PNG, WebP, GIF, TIFF or, where libvips can, HEIF picture; its content decides, not its name.
    ///
    /// The picture is turned upright by its EXIF orientation and converted to sRGB; of an animation it is the first
    /// frame.
    ///
    /// - Parameter fitting: A box in pixels. If given, the picture is shrunk to fit it while it is decoded, which is several
    ///   times faster and takes less memory than opening it whole. It is never enlarged.
    /// - Throws: ``ImagingError`` with `fileAccess` if there is no such regular file, `unsupportedFormat` for other content,
    ///   `tooLarge` over the limits (found before decoding), `damaged` if the content is truncated or broken.
    public static func open(
        path: String, fitting: (width: Int, height: Int)? = nil, limits: ImagingLimits = .standard
    ) throws -> Image {
        let file = try ReadableFile(path: path)
        return try open(descriptor: file.descriptor, name: path, fitting: fitting, limits: limits)
    }

    /// Like ``open(path:fitting:limits:)``, from a file that is open for reading and stays the caller's to close.
    ///
    /// Its position is moved. `name` is for errors only.
    public static func open(
        descriptor: Int32, name: String, fitting: (width: Int, height: Int)? = nil, limits: ImagingLimits = .standard
    ) throws -> Image {
        try load(name, fitting, limits) { options, out, info, error in
            spx_open_descriptor(descriptor, &options, out, &info, error)
        }
    }

    /// Like ``open(path:fitting:limits:)``, from a file's content.
    public static func open(
        bytes: [UInt8], fitting: (width: Int, height: Int)? = nil, limits: ImagingLimits = .standard
    ) throws -> Image {
        try load("open", fitting, limits) { options, out, info, error in
            bytes.withUnsafeBytes { spx_open_bytes($0.baseAddress, $0.count, &options, out, &info, error) }
        }
    }

    /// Draws SVG markup. The same markup gives the same pixels, as long as it holds no text (which depends on installed
    /// fonts).
    ///
    /// For markup of our own: it may not come from a user's file. References to files and the network lead nowhere.
    ///
    /// - Throws: ``ImagingError/Code/failed`` for malformed markup, `tooLarge` for a drawing over the limits.
    public static func svg(_ markup: String, limits: ImagingLimits = .standard) throws -> Image {
        var markup = markup
        return Image(
            try .make("svg") { out, error in
                markup.withUTF8 { text in
                    text.withMemoryRebound(to: CChar.self) {
                        spx_open_svg($0.baseAddress, $0.count, Int64(limits.pixels), out, error)
                    }
                }
            })
    }

    private static func load(
        _ name: String, _ fitting: (width: Int, height: Int)?, _ limits: ImagingLimits,
        _ body: (
            inout spx_open_options, UnsafeMutablePointer<OpaquePointer?>, inout spx_info,
            UnsafeMutablePointer<spx_error>
        ) -> Int32
    ) throws -> Image {
        var options = spx_open_options(pixel_limit: Int64(limits.pixels), box_width: 0, box_height: 0)
        if let fitting {
            try limits.check(width: fitting.width, height: 1, for: name)
            try limits.check(width: 1, height: fitting.height, for: name)
            options.box_width = Int32(fitting.width)
            options.box_height = Int32(fitting.height)
        }
        var info = spx_info()
        do {
            let raster = try Raster.make(name) { body(&options, $0, &info, $1) }
            return Image(
                raster, format: ImageFormat(code: info.format),
                dotsPerInch: info.dots_per_inch > 0 ? (info.dots_per_inch * 100).rounded() / 100 : nil,
                colorSpace: info.color_space.map { String(cString: $0) } ?? "srgb")
        } catch {
            throw explained(error, limits: limits)
        }
    }

    static func explained(_ error: any Error, limits: ImagingLimits) -> any Error {
        guard let error = error as? ImagingError else { return error }
        switch error.code {
        case .tooLarge:
            return ImagingError(
                .tooLarge, error.message, remedy: "the limit is \(limits.pixels) pixels; make the picture smaller first"
            )
        case .unsupportedFormat:
            return ImagingError(
                .unsupportedFormat, error.message,
                remedy: "export the picture as JPEG or PNG; a file's name does not change its content")
        case .failed:
            return ImagingError(
                .damaged, error.message, remedy: "the file is truncated or damaged; get it again or export it anew")
        default: return error
        }
    }
}
