import NIOCore
import SystemPackage
import _NIOFileSystem

/// Makes a film of pictures, H.264 in MP4, with `ffmpeg`, in the run's own folder.
struct FilmEncoder: Sendable {
    /// How long it may take: films here have at most some hundred frames.
    private static let timeout: Duration = .seconds(60)
    /// The most bytes that are read of a film, and of what the program says.
    private static let (filmLimit, outputLimit) = (256 << 20, 1 << 16)

    /// Why there is no film.
    typealias Failure = FFmpeg.Failure

    let task: WorkflowTask

    /// Whether it can be tried.
    var isInstalled: Bool { program.isInstalled }

    private var program: FFmpeg { FFmpeg(searchPath: task.searchPath, clock: task.clock) }

    /// - Parameters:
    ///   - frames: JPEGs of one size, whose sides are even.
    ///   - rate: Frames a second.
    /// - Returns: The film's bytes.
    /// - Throws: ``Failure`` if `ffmpeg` is not installed, fails, or takes longer than a minute, with which it is ended;
    ///   `CancellationError`; what the folder cannot hold.
    func encode(_ frames: [[UInt8]], rate: Int) async throws -> [UInt8] {
        guard isInstalled else { throw Failure.notInstalled }
        let folder = try await FilePath(task.scratchDirectory())
        for (index, frame) in frames.enumerated() {
            let digits = String(index + 1)
            let name = "frame-\(String(repeating: "0", count: max(0, 5 - digits.count)))\(digits).jpg"
            _ = try await ByteBuffer(bytes: frame).write(
                toFileAt: folder.appending(name), options: .newFile(replaceExisting: true))
        }
        // Names without a folder: in one, ffmpeg would take "%" for its own.
        let arguments = [
            "-nostdin", "-hide_banner", "-loglevel", "error", "-y", "-f", "image2", "-framerate", String(rate),
            "-start_number", "1", "-i", "frame-%05d.jpg", "-an", "-map_metadata", "-1", "-c:v", "libx264", "-crf", "18",
            // What browsers and telephones play: colours at half the size, and the index before the frames.
            "-pix_fmt", "yuv420p", "-movflags", "+faststart", "-f", "mp4", "film.mp4",
        ]
        _ = try await program.run(arguments, in: folder, timeout: Self.timeout, outputLimit: Self.outputLimit)
        do {
            let film = try await ByteBuffer(
                contentsOf: folder.appending("film.mp4"), maximumSizeAllowed: .bytes(Int64(Self.filmLimit)))
            return Array(buffer: film)
        } catch let error as FileSystemError {
            throw Failure(reason: "what ffmpeg wrote cannot be read: \(error.message)")
        }
    }
}
