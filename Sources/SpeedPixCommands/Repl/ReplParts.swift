import LuaRuntime
import SpeedPix
import SpeedPixLua
import Synchronization

/// What a session is made of.
struct ReplParts: Sendable {
    /// Its streams are the session's own, see ``SessionOutput``.
    var context: CommandContext
    var vm: LuaVM
    var host: ScriptHost
    var reader: any LineReader
    var output: SessionOutput
    var history: LineHistory
    /// Fetches a secret that only a command knows, and that the history has to know as well; nil if it knows all.
    var fetchSecret: (@Sendable () async -> String?)?
    /// Hears what the session does.
    var recorder: RunRecorder
    var pending: PendingLines
    /// Whether what is created ends with this process.
    var isLocal: Bool
    /// Whether a person sees the prompts.
    var isInteractive: Bool
}

/// The lines of a chunk that goes on: Tab on the next one has to know them.
final class PendingLines: Sendable {
    private let text = Mutex("")

    func set(_ lines: String) { text.withLock { $0 = lines } }
    var lines: String { text.withLock { $0 } }
}

/// Ctrl-C during one evaluation.
final class EvaluationStop: Sendable {
    private struct State {
        var presses = 0
        var cancel: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// The evaluation has begun; it is cancelled at once if Ctrl-C was quicker.
    func begin(cancel: @escaping @Sendable () -> Void) {
        let isLate = state.withLock { state in
            state.cancel = cancel
            return state.presses > 0
        }
        if isLate { cancel() }
    }

    /// - Returns: How often it was pressed.
    func press() -> Int {
        let (presses, cancel) = state.withLock { state in
            state.presses += 1
            return (state.presses, state.cancel)
        }
        cancel?()
        return presses
    }
}

extension Clock<Duration> {
    /// A stopwatch that runs from now on.
    func now() -> @Sendable () -> Duration {
        let start = self.now
        return { start.duration(to: self.now) }
    }
}

extension Duration {
    /// "0.123": milliseconds are what a person can tell apart.
    var preciseSeconds: String {
        let milliseconds = Int64((self / .milliseconds(1)).rounded())
        let rest = "\(milliseconds % 1000)"
        return "\(milliseconds / 1000).\(String(repeating: "0", count: 3 - rest.count))\(rest)"
    }
}
