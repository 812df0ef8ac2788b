internal import CImaging

/// What a file turned out to be when all of it was decoded.
///
/// ```swift
/// let check = try Image.check(path: "photo.jpg")
/// if let problem = check.problem { print("photo.jpg: \(problem)") }
/// ```
public struct ImageCheck: Sendable, Hashable {
    /// The file's format, by its content.
    public let format: ImageFormat
    /// Pixels, upright; `nil` if not even the header can be read.
    public let width: Int?
    /// Pixels, upright; `nil` if not even the header can be read.
    public let height: Int?
    /// Pictures in the file: more than one of an animation or a document of scans. `nil` if the header cannot be read. Of
    /// a truncated animation it may be those that are there.
    public let frames: Int?
    /// What is wrong: a sentence that begins with `truncated:` or `damaged:`. `nil` for a file that is whole.
    ///
    /// This is stricter than ``Image/open(path:fitting:damaged:limits:)``: every frame counts, and so does the mark at the
    /// end that some formats have, without which a download is not complete even if all pixels are there.
    public let problem: String?
    /// What the decoder complained of although every pixel is there: no reason not to use the picture.
    public let warnings: [String]

    /// Whether every frame could be decoded and the file is complete.
    public var isWhole: Bool { problem == nil }
}

extension Image {
    /// Decodes everything in a picture's file, keeps nothing, and returns what it found.
    ///
    /// The file's content is read into memory; its pixels are not.
    ///
    /// - Throws: ``ImagingError`` with `fileAccess` if there is no such regular file, `unsupportedFormat` for other content,
    ///   `tooLarge` for a picture over the limits, or more than a hundred times as many pixels in all frames. A damaged
    ///   picture is not an error, but the answer.
    public static func check(path: String, limits: ImagingLimits = .standard) throws -> ImageCheck {
        let file = try ReadableFile(path: path)
        return try check(
            bytes: try PictureContent.descriptor(file.descriptor).bytes(name: path), name: path, limits: limits)
    }

    /// Like ``check(path:limits:)``, of a file's content. `name` is for errors only.
    public static func check(
        bytes: [UInt8], name: String = "check", limits: ImagingLimits = .standard
    ) throws -> ImageCheck {
        var info = spx_info()
        var details = spx_details()
        var unreadable: String?
        do {
            try Raster.call(name) { error in
                bytes.withUnsafeBytes {
                    spx_describe_bytes(
                        $0.baseAddress, $0.count, Int64(limits.pixels), Int32(clamping: limits.side), true, &info,
                        &details, error)
                }
            }
        } catch let error as ImagingError where error.code == .failed {
            unreadable = String(error.message.trimmingPrefix("\(name): "))
        } catch {
            throw explained(error, limits: limits)
        }
        guard let format = ImageFormat(code: info.format) else {
            throw ImagingError(.unsupportedFormat, "\(name): the content is not a picture")
        }
        let truncation = Truncation.find(in: bytes, format: format)
        if let unreadable {
            return ImageCheck(
                format: format, width: nil, height: nil, frames: nil,
                problem: problem(truncation, decoder: unreadable), warnings: [])
        }
        let frames = max(Int(details.pages), 1)
        // Decoding takes its time for each frame, however few bytes one is.
        let all = Int(info.stored_width) * Int(info.stored_height)
        guard all <= limits.pixels * 100 / frames else {
            throw ImagingError(
                .tooLarge, "\(name): \(frames) frames of \(info.stored_width) × \(info.stored_height) pixels",
                remedy: "the limit is \(limits.pixels * 100) pixels in all frames")
        }
        let found = try decodeAll(bytes, as: format, frames: frames)
        return ImageCheck(
            format: format, width: Int(details.upright ? info.stored_width : info.stored_height),
            height: Int(details.upright ? info.stored_height : info.stored_width), frames: frames,
            problem: problem(truncation, decoder: found.problem),
            warnings: found.problem == nil ? found.warnings.lines : [])
    }

    private typealias Findings = (problem: String?, warnings: DecoderWarnings)

    private static func decodeAll(_ bytes: [UInt8], as format: ImageFormat, frames: Int) throws -> Findings {
        // Pages of a document may differ in size, and cannot be decoded as one. Frames of an animation can only be had
        // one after the other.
        let pages = format == .tiff || format == .heif ? Array(0..<frames) : [-1]
        var lines: [String] = []
        var count = 0
        for page in pages {
            let (problem, warnings) = try decode(bytes, format, page: page)
            for line in warnings.lines where !lines.contains(line) { lines.append(line) }
            count += warnings.count
            if let problem { return (problem, warnings) }
        }
        let warnings = DecoderWarnings(lines: lines, count: count)
        guard format == .jpeg, count > 0 else { return (nil, warnings) }
        if let loss = try JPEGLoss.find(in: bytes, warnings, alone: { try decode($0, format, alone: true).warnings }) {
            return (loss, warnings)
        }
        // Warnings have to be this file's own.
        return (nil, try decode(bytes, format, alone: true).warnings)
    }

    /// What the decoder says if it fails, and what it complains of.
    private static func decode(
        _ bytes: [UInt8], _ format: ImageFormat, page: Int = -1, alone: Bool = false
    ) throws -> Findings {
        let (problem, warnings) = try DecoderWarnings.collecting { warnings -> String? in
            do {
                try Raster.call("check", alone: alone) { error in
                    bytes.withUnsafeBytes {
                        spx_check_bytes($0.baseAddress, $0.count, format.code, Int32(page), warnings, error)
                    }
                }
                return nil
            } catch let error as ImagingError {
                return String(error.message.trimmingPrefix("check: "))
            }
        }
        // Of what failed beside others the account may be theirs, or gone.
        guard problem == nil || alone else { return try decode(bytes, format, page: page, alone: true) }
        return (problem, warnings)
    }

    private static func problem(_ truncation: Truncation?, decoder: String?) -> String? {
        if let truncation {
            let said = decoder.map { " (\($0))" } ?? (truncation.costsPixels ? "" : "; every pixel is there")
            return "truncated: the file ends \(truncation.place)\(said)"
        }
        return decoder.map { "damaged: \($0)" }
    }
}
