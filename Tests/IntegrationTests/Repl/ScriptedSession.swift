import Synchronization

@testable import SpeedPixCommands

/// Lines that a test types at a prompt, without a terminal.
final class ScriptedLines: LineReader {
    private struct State {
        var rest: [LineInput]
        var prompts: [String] = []
        var remembered: [String] = []
        var wakes = 0
    }

    private let state: Mutex<State>

    init(_ lines: [LineInput]) {
        state = Mutex(State(rest: lines))
    }

    convenience init(_ lines: [String]) {
        self.init(lines.map { .line($0) })
    }

    func readLine(prompt: String) async -> LineInput {
        state.withLock { state in
            state.prompts.append(prompt)
            return state.rest.isEmpty ? .end : state.rest.removeFirst()
        }
    }

    func remember(_ line: String) { state.withLock { $0.remembered.append(line) } }
    func wake() { state.withLock { $0.wakes += 1 } }
    func refreshTerminal() {}
    func interrupt(ends: Bool) {}

    var prompts: [String] { state.withLock { $0.prompts } }
    var remembered: [String] { state.withLock { $0.remembered } }
    var wakes: Int { state.withLock { $0.wakes } }
}

/// One session against the local gateway, typed by a test.
struct ScriptedSession {
    let status: SpeedPixCommands.ExitStatus
    let output: String
    let errors: String
    let lines: ScriptedLines

    init(
        _ typed: [String], in folder: TestFolder, environment: [String: String] = [:],
        interruptOn mark: String? = nil
    ) async {
        await self.init(
            inputs: typed.map { .line($0) }, in: folder, environment: environment, interruptOn: mark)
    }

    /// - Parameter mark: Ctrl-C is pressed as soon as the session has written this.
    init(
        inputs: [LineInput], in folder: TestFolder, environment: [String: String] = [:], interruptOn mark: String? = nil
    ) async {
        let output = Capture()
        let errors = Capture()
        let lines = ScriptedLines(inputs)
        let interrupts = Interrupts()
        var context = CommandContext(
            environment: environment, workingDirectory: folder.path, homeDirectory: folder.path,
            writeOutput: { bytes in
                output.append(bytes)
                if let mark, String(decoding: bytes, as: UTF8.self).contains(mark) {
                    // From another thread, as a signal's.
                    Task { _ = interrupts.interrupt() }
                }
            }, writeError: errors.append, readInput: { [] }, randomToken: { "made-up-token" })
        context.interrupts = interrupts
        context.makeLineReader = { _, _ in lines }
        status = await SpeedPixCommand.execute(["repl", "--local"], in: context)
        self.output = output.text
        // Without the greeting.
        self.errors = errors.text.split(separator: "\n", omittingEmptySubsequences: false).dropFirst()
            .joined(separator: "\n")
        self.lines = lines
    }
}
