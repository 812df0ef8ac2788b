import SpeedPix
import SpeedPixLua
import Synchronization

/// The predictions of a run that were created and whose output has not reached the script.
final class UnfinishedPredictions: Sendable {
    private struct State {
        var ids: [String] = []
        var inDoubt: [String] = []
    }

    private let state = Mutex(State())

    @Sendable func note(_ event: ScriptEvent) {
        state.withLock { state in
            switch event {
            case .created(let prediction): state.ids.append(prediction.id)
            case .ended(let prediction): state.ids.removeAll { $0 == prediction.id }
            case .inDoubt(let workflow, let error): state.inDoubt.append("\(workflow): \(error.message)")
            default: break
            }
        }
    }

    /// In the order in which they were created.
    var ids: [String] { state.withLock { $0.ids } }
    /// Creates whose outcome nobody knows.
    var inDoubt: [String] { state.withLock { $0.inDoubt } }

    /// Tells what is at the service and paid for: nobody should have to look for it.
    func report(_ context: CommandContext) {
        if !ids.isEmpty {
            context.say("these predictions go on at the service: \(ids.joined(separator: " "))")
            context.say("fetch one later with speedpix.get(id)")
        }
        for create in inDoubt {
            context.say("this create may have started a prediction, look in the console: \(create)")
        }
    }
}
