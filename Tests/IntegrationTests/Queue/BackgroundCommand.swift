import SpeedPixTestSupport
import Synchronization

@testable import SpeedPixCommands

/// A command that runs until it is told to end, in this process.
final class BackgroundCommand: Sendable {
    private let errors = AwaitedText()
    private let interrupts = Interrupts()
    private let command: Task<SpeedPixCommands.ExitStatus, Never>

    /// - Parameters:
    ///   - arguments: Without the program's name.
    ///   - setting: Changes the context before the run.
    init(
        _ arguments: [String], in folder: TestFolder, environment: [String: String],
        setting: (inout CommandContext) -> Void = { _ in }
    ) {
        var context = CommandContext(
            environment: environment, workingDirectory: folder.path, homeDirectory: folder.path,
            writeOutput: { _ in }, writeError: errors.append, readInput: { [] })
        context.interrupts = interrupts
        setting(&context)
        command = Task { [context] in await SpeedPixCommand.execute(arguments, in: context) }
    }

    /// Returns once it has said this on standard error, or has ended.
    func says(_ text: String) async -> Bool {
        let ending = Task { [command, errors] in
            _ = await command.value
            errors.finish()
        }
        defer { ending.cancel() }
        return await errors.contains(text)
    }

    var allErrors: String { errors.text }

    /// As the first SIGTERM does.
    ///
    /// - Returns: Whether the command has dealt with it.
    @discardableResult func drain() -> Bool { interrupts.beginDraining() }

    /// As the second one does.
    func stop() { command.cancel() }

    var status: SpeedPixCommands.ExitStatus {
        get async { await command.value }
    }
}

/// Text that grows, for who waits until something stands in it.
private final class AwaitedText: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var hasEnded = false
        var waiting: [(text: String, continuation: CheckedContinuation<Bool, Never>)] = []

        var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    private let state = Mutex(State())

    var text: String { state.withLock { $0.text } }

    @Sendable func append(_ more: [UInt8]) { change { $0.bytes += more } }

    func finish() { change { $0.hasEnded = true } }

    private func change(_ body: (inout State) -> Void) {
        let answers = state.withLock { state in
            body(&state)
            let text = state.text
            let ready = state.waiting.filter { state.hasEnded || text.contains($0.text) }
            state.waiting.removeAll { state.hasEnded || text.contains($0.text) }
            return ready.map { ($0.continuation, text.contains($0.text)) }
        }
        for (continuation, isThere) in answers { continuation.resume(returning: isThere) }
    }

    func contains(_ text: String) async -> Bool {
        await withCheckedContinuation { continuation in
            let answer: Bool? = state.withLock { state in
                let isThere = state.text.contains(text)
                if isThere || state.hasEnded { return isThere }
                state.waiting.append((text, continuation))
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }
}
