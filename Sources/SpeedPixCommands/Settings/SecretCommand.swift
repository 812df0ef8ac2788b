import SpeedPix
import Subprocess
import Tables

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// The command that prints the secret: a password manager's, run by a shell, for a limited time.
struct SecretCommand {
    /// Long enough for a person to type a passphrase or touch a key.
    static let timeout: Duration = .seconds(60)
    /// Bytes. A secret is one line.
    private static let largest = 64 << 10

    private let command: String
    private let origin: String
    private let context: CommandContext

    init(_ value: SettingValue, _ context: CommandContext) {
        command = value.text
        origin = value.origin.shown
        self.context = context
    }

    /// What it prints. What it writes to standard error is shown as it comes: it may prompt for a password.
    ///
    /// - Throws: ``SettingsError`` if it fails or takes too long; `CancellationError`.
    func output() async throws -> String {
        // A command that is not waited for any more is ended.
        try await withDeadline(
            Self.timeout, clock: context.clock,
            expired: {
                SettingsError(
                    message: "\(origin): app_secret_command did not end within \(Self.timeout.formattedSeconds)",
                    hint: "it gets no standard input; run it in a terminal to see what it waits for")
            },
            operation: { try await run() })
    }

    private func run() async throws -> String {
        var options = PlatformOptions()
        // What it starts itself must not outlive it.
        options.processGroupID = 0
        options.teardownSequence = [
            .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .milliseconds(100))
        ]
        let environment = Dictionary(
            uniqueKeysWithValues: context.environment.map { (Environment.Key(stringLiteral: $0), $1) })
        do {
            let result = try await Subprocess.run(
                .path("/bin/sh"), arguments: ["-c", command], environment: .custom(environment),
                workingDirectory: .init(context.workingDirectory), platformOptions: options, input: .none,
                output: .bytes(limit: Self.largest), error: .sequence
            ) { execution in
                for try await piece in execution.standardError {
                    context.writeError(piece.withUnsafeBytes(Array.init))
                }
            }
            guard result.terminationStatus == .exited(0) else {
                throw SettingsError(
                    message: "\(origin): app_secret_command failed (\(result.terminationStatus.shown))",
                    hint: "run it in a terminal to see why")
            }
            return try UTF8Text.decode(result.standardOutput)
        } catch let problem as UTF8Text.Problem {
            throw SettingsError(
                message: "\(origin): app_secret_command printed something that "
                    + (problem == .isUTF16 ? "is UTF-16; let it print UTF-8" : "is not text"))
        } catch let error as SubprocessError {
            try Task.checkCancellation()
            throw SettingsError(
                message: error.code == .outputLimitExceeded
                    ? "\(origin): app_secret_command printed more than \(Self.largest >> 10) KiB"
                    : "\(origin): app_secret_command could not be run: \(error)".printable())
        }
    }
}

extension TerminationStatus {
    fileprivate var shown: String {
        switch self {
        case .exited(let code): "exit status \(code)"
        case .signaled(let number): "signal \(number)"
        }
    }
}
