import LocalFiles
import SpeedPix
import Subprocess
import SystemPackage

/// Runs `ffmpeg` where it is installed: without a shell, for a limited time, with limited output.
struct FFmpeg: Sendable {
    /// Why it has not done what it was to do.
    struct Failure: Error {
        static let notInstalled = Failure(reason: "ffmpeg is not installed")

        var reason: String
    }

    /// The most bytes that are read of what it complains of.
    private static let complaintLimit = 1 << 16

    /// Where it is looked for: folders with colons between, as `PATH` has them.
    let searchPath: String
    let clock: any Clock<Duration>

    /// Whether it can be tried.
    var isInstalled: Bool { program != nil }

    private var program: String? { SearchPath(searchPath).program(named: "ffmpeg") }

    /// - Parameters:
    ///   - folder: Where it works.
    ///   - timeout: How long it may take; then it is ended.
    ///   - outputLimit: The most bytes that it may write to its standard output.
    /// - Returns: What it has written there.
    /// - Throws: ``Failure`` if it is not installed, fails, or takes too long; `CancellationError`, with which it is ended, too.
    func run(
        _ arguments: [String], in folder: FilePath, timeout: Duration, outputLimit: Int
    ) async throws -> [UInt8] {
        guard let program else { throw Failure.notInstalled }
        return try await withDeadline(
            timeout, clock: clock,
            expired: { Failure(reason: "ffmpeg did not finish within \(timeout.formattedSeconds)") },
            operation: { try await start(program, arguments, in: folder, outputLimit: outputLimit) })
    }

    private func start(
        _ program: String, _ arguments: [String], in folder: FilePath, outputLimit: Int
    ) async throws -> [UInt8] {
        var options = PlatformOptions()
        // What it starts itself must not outlive it; and nothing it does is worth waiting for.
        options.createSession = true
        options.teardownSequence = [
            .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .milliseconds(100))
        ]
        do {
            let result = try await Subprocess.run(
                .path(.init(program)), arguments: Arguments(arguments),
                environment: .custom(["PATH": searchPath, "LC_ALL": "C.UTF-8"]),
                workingDirectory: .init(folder.string), platformOptions: options,
                output: .bytes(limit: outputLimit), error: .string(limit: Self.complaintLimit))
            guard result.terminationStatus == .exited(0) else {
                let lastWords = result.standardError.split(separator: "\n").last.map { ": \($0.prefix(200))" } ?? ""
                throw Failure(reason: "ffmpeg failed\(lastWords)".printable())
            }
            return result.standardOutput
        } catch let error as SubprocessError {
            try Task.checkCancellation()
            throw Failure(reason: "ffmpeg could not be run: \(error)")
        }
    }
}
