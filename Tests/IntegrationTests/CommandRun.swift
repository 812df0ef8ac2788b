import Foundation
import SpeedPixCommands
import Synchronization

/// One command line, run in this process with streams, folders and environment of the test's own.
struct CommandRun {
    let status: SpeedPixCommands.ExitStatus
    let output: String
    let errors: String

    /// - Parameters:
    ///   - arguments: Without the program's name.
    ///   - folder: The working folder.
    ///   - setting: Changes the context before the run.
    init(
        _ arguments: [String], in folder: TestFolder, input: String = "", environment: [String: String] = [:],
        token: String = "made-up-token", clock: any Clock<Duration> = ContinuousClock(),
        now: @escaping @Sendable () -> Date = { Date() }, setting: (inout CommandContext) -> Void = { _ in }
    ) async {
        let output = Capture()
        let errors = Capture()
        var context = CommandContext(
            environment: environment, workingDirectory: folder.path, homeDirectory: folder.path,
            writeOutput: output.append, writeError: errors.append, readInput: { Array(input.utf8) },
            clock: clock, now: now, randomToken: { token })
        setting(&context)
        status = await SpeedPixCommand.execute(arguments, in: context)
        self.output = output.text
        self.errors = errors.text
    }

    /// A script given on standard input, against the local gateway.
    static func local(_ script: String, _ arguments: [String] = [], in folder: TestFolder) async -> CommandRun {
        await CommandRun(["run", "-", "--local"] + arguments, in: folder, input: script)
    }
}

/// What a command wrote.
final class Capture: Sendable {
    private let bytes = Mutex<[UInt8]>([])

    @Sendable func append(_ more: [UInt8]) {
        bytes.withLock { $0 += more }
    }

    var all: [UInt8] { bytes.withLock { $0 } }

    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
}
