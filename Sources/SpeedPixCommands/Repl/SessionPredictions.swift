import SpeedPix
import SpeedPixLua
import Synchronization

/// What a session has created at the service, as it was last heard of.
final class SessionPredictions: Sendable {
    struct Entry: Sendable {
        var prediction: Prediction
        /// Its output has reached the session, or there will be none.
        var hasEnded = false
    }

    fileprivate struct State {
        var entries: [Entry] = []
        var inDoubt: [String] = []
        var notCanceled: [String: SpeedPixError] = [:]
    }

    private let state = Mutex(State())

    @Sendable func note(_ event: ScriptEvent) {
        state.withLock { state in
            switch event {
            case .created(let prediction): state.entries.append(Entry(prediction: prediction))
            case .progressed(let prediction): state.update(prediction, hasEnded: false)
            case .ended(let prediction): state.update(prediction, hasEnded: true)
            case .notCanceled(let id, let error): state.notCanceled[id] = error
            case .inDoubt(let workflow, let label, let error):
                state.inDoubt.append("\(label ?? workflow): \(error.message)")
            default: break
            }
        }
    }

    /// In the order in which they were created.
    var entries: [Entry] { state.withLock { $0.entries } }
    /// Why predictions that were to be canceled go on, by their ids.
    var notCanceled: [String: SpeedPixError] { state.withLock { $0.notCanceled } }
    /// The workflows that were used, the last one last.
    var workflows: [String] { entries.compactMap(\.prediction.workflowID) }

    /// What has been heard of one outside of the session's own doing.
    func update(_ prediction: Prediction) {
        state.withLock { $0.update(prediction, hasEnded: false) }
    }

    /// The creates whose outcome nobody knows; each is told once.
    func takeInDoubt() -> [String] {
        state.withLock { state in
            defer { state.inDoubt = [] }
            return state.inDoubt
        }
    }

    /// The ids of those that were created after the first `count`, and go on.
    func unfinished(after count: Int = 0) -> [String] {
        entries.dropFirst(count).filter { !$0.hasEnded && !$0.prediction.status.isTerminal }.map(\.prediction.id)
    }
}

extension SessionPredictions.State {
    fileprivate mutating func update(_ prediction: Prediction, hasEnded: Bool) {
        guard let place = entries.lastIndex(where: { $0.prediction.id == prediction.id }) else { return }
        entries[place].prediction = prediction
        if hasEnded { entries[place].hasEnded = true }
    }
}
