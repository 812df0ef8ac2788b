public import SpeedPix
import Synchronization

/// A file on its way to the service or from it.
public struct ScriptTransfer: Sendable {
    /// Which way the bytes go.
    public enum Direction: String, Sendable {
        case upload, download
    }

    /// How far it is. Every transfer starts once, and finishes or fails once.
    public enum Stage: Sendable {
        case started
        case progressed
        case finished
        /// With what went wrong.
        case failed(String)
    }

    /// Distinguishes the transfers of a run.
    public let number: Int
    /// Which way the bytes go.
    public let direction: Direction
    /// As the script knows the file: the path it named, else the file's name.
    public let name: String
    /// Where the file lies on this machine, or will lie; nil for bytes in memory.
    public let path: String?
    /// What is downloaded; of a finished upload, where the file is now.
    public internal(set) var url: String?
    /// Bytes so far and in all.
    public internal(set) var progress = TransferProgress(bytesDone: 0)
    /// How far it is.
    public internal(set) var stage = Stage.started
}

/// Reports one transfer, in order.
final class TransferReporter: Sendable {
    private struct State {
        var transfer: ScriptTransfer
        var hasStarted = false
    }

    private let onEvent: @Sendable (ScriptEvent) -> Void
    private let state: Mutex<State>

    init(_ host: ScriptHost, _ direction: ScriptTransfer.Direction, name: String, path: String?, url: String? = nil) {
        onEvent = host.onEvent
        let transfer = ScriptTransfer(
            number: host.transferNumbers.next(), direction: direction, name: name, path: path, url: url)
        state = Mutex(State(transfer: transfer))
    }

    var hasStarted: Bool { state.withLock { $0.hasStarted } }

    func start() { send(.started) }

    func progress(_ progress: TransferProgress) {
        state.withLock { $0.transfer.progress = progress }
        send(.progressed)
    }

    /// - Parameter url: Where an uploaded file is now.
    func finish(bytes: Int64, url: String? = nil) {
        state.withLock { state in
            state.transfer.progress = TransferProgress(bytesDone: bytes, bytesTotal: bytes)
            if let url { state.transfer.url = url }
        }
        send(.finished)
    }

    func fail(_ error: any Error) {
        send(.failed(error is CancellationError ? "canceled" : (error as? SpeedPixError)?.message ?? "\(error)"))
    }

    private func send(_ stage: ScriptTransfer.Stage) {
        let events = state.withLock { state in
            var events: [ScriptTransfer] = []
            if !state.hasStarted {
                state.hasStarted = true
                var start = state.transfer
                start.progress.bytesDone = 0
                if start.direction == .upload { start.url = nil }
                start.stage = .started
                events.append(start)
            }
            state.transfer.stage = stage
            if case .started = stage {} else { events.append(state.transfer) }
            return events
        }
        for event in events { onEvent(.transfer(event)) }
    }
}

/// Numbers from 1.
final class TransferNumbers: Sendable {
    private let last = Atomic(0)

    func next() -> Int { last.add(1, ordering: .relaxed).newValue }
}
