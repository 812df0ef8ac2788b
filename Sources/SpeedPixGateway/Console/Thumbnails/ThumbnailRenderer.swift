import Imaging
import ImagingLua
import SpeedPix
import SystemPackage

/// Makes the small picture of a file: of a picture itself, of a film its first frame. It goes by what is in the file, and not
/// by what somebody has said of it.
struct ThumbnailRenderer: Sendable {
    /// A stored file.
    struct Source: Sendable {
        let path: FilePath
        /// Its first bytes, as many as ``MediaType/sniffedLength``.
        let head: [UInt8]
        /// In bytes.
        let size: Int64
    }

    /// Why there is none. As long as the file is the same, there will be none.
    struct Failure: Error {
        let reason: String
    }

    /// The longest side of a small picture, in pixels.
    static let side = 400
    static let mediaType = "image/webp"
    private static let quality = 75

    /// Of these the pixels are decoded here. An SVG is markup, which can do more.
    private static let pictures: Set<String> = [
        "image/png", "image/jpeg", "image/gif", "image/webp", "image/tiff", "image/avif", "image/heic", "image/heif",
    ]
    /// Some decoders read the whole file.
    private static let largestPicture: Int64 = 256 << 20

    /// What reads a film, by its type: `ffmpeg` could take it for something else, such as a list of other files.
    private static let demuxers = [
        "video/mp4": "mov", "video/quicktime": "mov", "video/x-m4v": "mov", "video/webm": "matroska",
        "video/x-matroska": "matroska", "video/x-msvideo": "avi",
    ]
    private static let frameTimeout: Duration = .seconds(15)
    /// A PNG of ``side`` pixels takes less.
    private static let frameLimit = 4 << 20

    let ffmpeg: FFmpeg

    /// Whether a file may have a small picture, as far as its media type tells.
    static func mayShow(_ mediaType: String) -> Bool {
        pictures.contains(mediaType) || demuxers[mediaType] != nil
    }

    /// - Returns: A WebP without the file's metadata.
    /// - Throws: ``Failure``; `CancellationError`; what the disk says.
    func picture(of source: Source) async throws -> [UInt8] {
        let type = MediaType.sniff(source.head) ?? MediaType.unknown
        if Self.pictures.contains(type) {
            guard source.size <= Self.largestPicture else {
                throw Failure(reason: "the picture has more than \(Self.largestPicture >> 20) MiB")
            }
            let path = source.path.string
            return try await Self.small { try Image.open(path: path, fitting: (Self.side, Self.side)) }
        }
        if let demuxer = Self.demuxers[type] {
            let frame = try await firstFrame(of: source.path, demuxer)
            return try await Self.small {
                try Image.open(bytes: frame, name: "the first frame", fitting: (Self.side, Self.side))
            }
        }
        throw Failure(reason: "it is neither a picture nor a film")
    }

    private static func small(_ open: @escaping @Sendable () throws -> Image) async throws -> [UInt8] {
        do {
            return try await PictureWork.run {
                try open().encoded(format: .webp, quality: quality, metadata: .strip)
            }
        } catch let error as ImagingError where error.code != .fileAccess {
            throw Failure(reason: error.message)
        }
    }

    private func firstFrame(of path: FilePath, _ demuxer: String) async throws -> [UInt8] {
        let box = "scale='min(\(Self.side),iw)':'min(\(Self.side),ih)':force_original_aspect_ratio=decrease"
        let arguments = [
            "-nostdin", "-hide_banner", "-loglevel", "error", "-threads", "1",
            // Nothing but this file is opened, whatever is written in it, and no frame takes all memory.
            "-protocol_whitelist", "file", "-max_pixels", String(ImagingLimits.standard.pixels), "-f", demuxer,
            "-i", "file:\(path.string)", "-map", "0:v:0", "-frames:v", "1", "-vf", box, "-f", "image2pipe",
            "-c:v", "png", "pipe:1",
        ]
        do {
            let frame = try await ffmpeg.run(
                arguments, in: path.removingLastComponent(), timeout: Self.frameTimeout, outputLimit: Self.frameLimit)
            guard !frame.isEmpty else { throw Failure(reason: "there is no frame in it") }
            return frame
        } catch let failure as FFmpeg.Failure {
            throw Failure(reason: failure.reason)
        }
    }
}
