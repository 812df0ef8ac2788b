import Imaging
public import SpeedPix

/// Looks into media files on this machine: pictures with libvips, videos and sound with `ffprobe`, PDF documents with
/// `pdfinfo`.
///
/// ```swift
/// let probe = LocalMediaProbe(searchPath: environment["PATH"] ?? "")
/// let video = try await result.videos[0].probed(by: probe)
/// ```
///
/// Only libvips is part of the program; without `ffprobe` or `pdfinfo` the file is `unsupported`, and the error says what
/// to install. They run without a shell, for a limited time, and see nothing of the process's environment.
public struct LocalMediaProbe: MediaProbe {
    private let ffprobe: MediaTool
    private let pdfinfo: MediaTool

    /// - Parameters:
    ///   - searchPath: Where programs are looked for: folders with colons between, as the variable `PATH` has them.
    ///   - timeout: How long a program may take for one file.
    ///   - clock: Measures that.
    public init(
        searchPath: String, timeout: Duration = .seconds(30), clock: any Clock<Duration> = TimerClock()
    ) {
        ffprobe = MediaTool(
            name: "ffprobe", remedy: "install FFmpeg (apt install ffmpeg, brew install ffmpeg)",
            searchPath: searchPath, timeout: timeout, clock: clock)
        pdfinfo = MediaTool(
            name: "pdfinfo", remedy: "install Poppler's tools (apt install poppler-utils, brew install poppler)",
            searchPath: searchPath, timeout: timeout, clock: clock)
    }

    /// What the file says of itself.
    ///
    /// - Throws: ``SpeedPixError``: `file_not_found`, `unsupported` for a program that is not installed or a document
    ///   that is not a PDF, `invalid_argument` for a file that is damaged or of another kind, `timeout`.
    public func properties(ofFileAt path: String, kind: MediaKind) async throws -> MediaProperties {
        let file = try LocalFile(path)
        switch kind {
        case .image:
            return try Self.picture(file)
        case .video, .audio:
            let arguments = [
                "-v", "error", "-hide_banner", "-print_format", "json", "-show_format", "-show_streams",
                // A playlist must not lead to other files or to the network.
                "-protocol_whitelist", "file", "-format_whitelist", Self.containers, "-i", file.absolutePath,
            ]
            let output = try await ffprobe.output(arguments, about: path)
            return try FFprobeReport(output, about: path).properties(kind: kind, file: file)
        case .document:
            guard file.mediaType == "application/pdf" else {
                throw SpeedPixError(
                    .unsupported, "\(path) is not a PDF; other documents cannot be read",
                    remedy: "convert it to PDF first")
            }
            let output = try await pdfinfo.output(["-isodates", "-enc", "UTF-8", file.absolutePath], about: path)
            return PDFInfoReport(output).properties(size: file.size)
        }
    }

    /// FFmpeg's names of the formats that hold what they play themselves.
    private static let containers =
        "mov,matroska,webm,avi,mp3,wav,w64,flac,ogg,aac,ac3,eac3,mpegts,mpeg,flv,aiff,asf,amr,caf,ivf"

    private static func picture(_ file: LocalFile) throws -> MediaProperties {
        let facts: ImageFacts
        do {
            facts = try ImageFacts(path: file.absolutePath)
        } catch let error as ImagingError {
            throw SpeedPixError(
                error.code == .fileAccess ? .fileSystem : .invalidArgument, error.message, remedy: error.remedy,
                cause: error)
        }
        var properties = MediaProperties()
        // HEIC and AVIF are one format to libvips; the content distinguishes them.
        let type = file.mediaType ?? facts.format.mediaType
        properties.format = facts.format == .heif ? String(type.dropFirst("image/".count)) : facts.format.fileExtension
        properties.size = file.size
        properties.width = facts.width
        properties.height = facts.height
        properties.dpi = facts.dotsPerInch.map { Int($0.rounded()) }
        properties.colorSpace = facts.colorSpace
        properties.metadata = ["has_alpha": String(facts.hasAlpha), "frames": String(facts.frames)]
        return properties
    }
}
