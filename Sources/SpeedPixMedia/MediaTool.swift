import LocalFiles
import SpeedPix
import Subprocess

/// A program that looks into files, run without a shell, for a limited time and with limited output.
struct MediaTool: Sendable {
    /// What a description of one file cannot reach.
    private static let outputLimit = 1 << 20

    /// A plain name: "ffprobe".
    let name: String
    /// How it is installed.
    let remedy: String
    /// Folders with colons between, as `PATH` has them.
    let searchPath: String
    let timeout: Duration
    let clock: any Clock<Duration>

    /// What it prints for these arguments.
    ///
    /// - Throws: ``SpeedPixError``: `unsupported` if it is not installed, `timeout` if it does not end in time,
    ///   `invalid_argument` with its last words if it fails: it could not read the file.
    func output(_ arguments: [String], about path: String) async throws -> [UInt8] {
        guard let program else {
            throw SpeedPixError(
                .unsupported, "to look into \(path) takes \(name), which is not installed", remedy: remedy)
        }
        // A cancelled run ends its program.
        let result = try await withDeadline(
            timeout, clock: clock,
            expired: {
                SpeedPixError(
                    .timeout, "\(name) did not finish with \(path) within \(timeout.formattedSeconds)",
                    remedy: "the file may be damaged, or lie on a slow disk; allow more time")
            },
            operation: { try await run(program, arguments, about: path) })
        guard result.isSuccess else {
            let lastWords = result.errors.split(separator: "\n").last.map { ": \($0.prefix(300))" } ?? ""
            throw SpeedPixError(
                .invalidArgument, "\(name) cannot read \(path)\(lastWords)".printable(),
                remedy: "the file is damaged or not of this kind")
        }
        return result.output
    }

    private struct Result: Sendable {
        var isSuccess: Bool
        var output: [UInt8]
        var errors: String
    }

    private func run(_ program: String, _ arguments: [String], about path: String) async throws -> Result {
        var options = PlatformOptions()
        // What it starts itself must not outlive it; and nothing it does is worth waiting for.
        options.createSession = true
        options.teardownSequence = [
            .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .milliseconds(100))
        ]
        do {
            let result = try await Subprocess.run(
                .path(.init(program)), arguments: Arguments(arguments),
                environment: .custom(["PATH": searchPath, "LC_ALL": "C.UTF-8"]), platformOptions: options,
                output: .bytes(limit: Self.outputLimit), error: .string(limit: Self.outputLimit))
            return Result(
                isSuccess: result.terminationStatus == .exited(0), output: result.standardOutput,
                errors: result.standardError)
        } catch let error as SubprocessError {
            try Task.checkCancellation()
            guard error.code != .outputLimitExceeded else {
                throw SpeedPixError(
                    .invalidArgument, "\(name) has more than \(Self.outputLimit >> 20) MiB to say about \(path)",
                    remedy: "the file is damaged, or made to do harm", cause: error)
            }
            throw SpeedPixError(.unsupported, "\(program) could not be run: \(error)", remedy: remedy, cause: error)
        }
    }

    private var program: String? { SearchPath(searchPath).program(named: name) }
}
