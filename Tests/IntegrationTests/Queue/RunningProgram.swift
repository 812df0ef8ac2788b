import Foundation
import SpeedPixTestSupport
import Testing

/// A program whose output is read as it comes, on a thread of its own, so that a test waits for what it says, or for its end.
/// Killed when nobody has it any more.
final class RunningProgram: Sendable {
    private struct State {
        var counted: [String] = []
        var last: [String] = []
        var status: Int32?
    }

    /// What it is called in messages.
    let name: String
    private let identifier: Int32
    private let state = CountedState(State()) { $0.counted.count }

    /// - Parameter isCounted: Which lines of its output and its errors are kept, and waited for.
    init(
        _ name: String, _ program: String, _ arguments: [String], folder: String, environment: [String: String],
        counting isCounted: @escaping @Sendable (String) -> Bool = { _ in false }
    ) throws {
        self.name = name
        // The thread's alone, once it is started.
        nonisolated(unsafe) let process = try Subprocess(program, arguments, folder: folder, environment: environment)
        identifier = process.identifier
        Thread { [state] in
            while let line = process.nextLine() {
                state.withLock { state in
                    if isCounted(line) { state.counted.append(line) }
                    state.last = state.last.suffix(19) + [line]
                }
            }
            let status = process.waitForEnd()
            state.withLock { $0.status = status }
        }.start()
    }

    deinit { send(SIGKILL) }

    /// The lines that are counted, so far.
    var counted: [String] { state.withLock { $0.counted } }

    /// Its name, and the last lines of its output and its errors.
    var description: String { "\(name): " + state.withLock { $0.last.joined(separator: "\n") } }

    /// Returns when it has written so many lines that count and the condition holds, which is asked at each line, or when it has
    /// ended.
    ///
    /// - Throws: `CancellationError` if the calling task is cancelled first.
    func wait(lines: Int, and holds: @escaping @Sendable () -> Bool = { true }) async throws {
        await state.wait { $0.status != nil || $0.counted.count >= lines && holds() }
        try Task.checkCancellation()
    }

    /// Sends a signal, unless it has ended.
    func send(_ signal: Int32) {
        state.withLock { state in
            if state.status == nil { _ = kill(identifier, signal) }
        }
    }

    /// Waits for its end; returns its exit status, or the negative number of the signal that ended it.
    ///
    /// - Throws: `CancellationError` if the calling task is cancelled first.
    func end() async throws -> Int32 {
        await state.wait { $0.status != nil }
        try Task.checkCancellation()
        return try #require(state.withLock { $0.status })
    }
}
