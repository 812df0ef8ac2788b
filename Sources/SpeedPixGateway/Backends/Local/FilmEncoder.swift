import LocalFiles
import NIOCore
import SpeedPix
import Subprocess
import SystemPackage
import _NIOFileSystem

/// Makes a film of pictures, H.264 in MP4, with `ffmpeg`: without a shell, for a limited time, in the run's own folder.
struct FilmEncoder: Sendable {
    /// How long it may take: films here have at most some hundred frames.
    private static let timeout: Duration = .seconds(60)
    /// The most bytes that are read of a film, and of what the program says.
    private static let (filmLimit, outputLimit) = (256 << 20, 1 << 16)

    let task: WorkflowTask

    /// Whether it can be tried.
    var isInstalled: Bool { program != nil }

    private var program: String? { SearchPath(task.searchPath).program(named: "ffmpeg") }

    /// Why there is no film.
    struct Failure: Error {
        var reason: String
    }

    /// - Parameters:
    ///   - frames: JPEGs of one size, whose sides are even.
    ///   - rate: Frames a second.
    /// - Returns: The film's bytes.
    /// - Throws: ``Failure`` if `ffmpeg` is not installed, fails, or takes longer than a minute, with which it is ended;
    ///   `CancellationError`; what the folder cannot hold.
    func encode(_ frames: [[UInt8]], rate: Int) async throws -> [UInt8] {
        guard let program else { throw Failure(reason: "ffmpeg is not installed") }
        let folder = try await FilePath(task.scratchDirectory())
        for (index, frame) in frames.enumerated() {
            let digits = String(index + 1)
            let name = "frame-\(String(repeating: "0", count: max(0, 5 - digits.count)))\(digits).jpg"
            _ = try await ByteBuffer(bytes: frame).write(
                toFileAt: folder.appending(name), options: .newFile(replaceExisting: true))
        }
        try await withDeadline(
            Self.timeout, clock: task.clock,
            expired: { Failure(reason: "ffmpeg did not finish within \(Self.timeout.formattedSeconds)") },
            operation: { try await run(program, rate: rate, in: folder) })
        do {
            let film = try await ByteBuffer(
                contentsOf: folder.appending("film.mp4"), maximumSizeAllowed: .bytes(Int64(Self.filmLimit)))
            return Array(buffer: film)
        } catch let error as FileSystemError {
            throw Failure(reason: "what ffmpeg wrote cannot be read: \(error.message)")
        }
    }

    private func run(_ program: String, rate: Int, in folder: FilePath) async throws {
        // Names without a folder: in one, ffmpeg would take "%" for its own.
        let arguments = [
            "-nostdin", "-hide_banner", "-loglevel", "error", "-y", "-f", "image2", "-framerate", String(rate),
            "-start_number", "1", "-i", "frame-%05d.jpg", "-an", "-map_metadata", "-1", "-c:v", "libx264", "-crf", "18",
            // What browsers and telephones play: colours at half the size, and the index before the frames.
            "-pix_fmt", "yuv420p", "-movflags", "+faststart", "-f", "mp4", "film.mp4",
        ]
        var options = PlatformOptions()
        // What it starts itself must not outlive it; and nothing it does is worth waiting for.
        options.createSession = true
        options.teardownSequence = [
            .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .milliseconds(100))
        ]
        do {
            let result = try await Subprocess.run(
                .path(.init(program)), arguments: Arguments(arguments),
                environment: .custom(["PATH": task.searchPath, "LC_ALL": "C.UTF-8"]),
                workingDirectory: .init(folder.string), platformOptions: options,
                output: .discarded, error: .string(limit: Self.outputLimit))
            guard result.terminationStatus == .exited(0) else {
                let lastWords = result.standardError.split(separator: "\n").last.map { ": \($0.prefix(200))" } ?? ""
                throw Failure(reason: "ffmpeg failed\(lastWords)".printable())
            }
        } catch let error as SubprocessError {
            try Task.checkCancellation()
            throw Failure(reason: "ffmpeg could not be run: \(error)")
        }
    }
}
