import SpeedPix
import Synchronization

@testable import SpeedPixGateway

/// Holds runs until a test lets them go.
final class Gate: Sendable {
    private struct State {
        var started: [String] = []
        var held: [String: CheckedContinuation<Void, any Error>] = [:]
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    /// Names of the runs that have begun, in order.
    var started: [String] { state.withLock { $0.started } }

    func hold(_ name: String) async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let ready = state.withLock { state in
                    state.started.append(name)
                    state.held[name] = continuation
                    let ready = state.watchers.filter { $0.count <= state.started.count }
                    state.watchers.removeAll { $0.count <= state.started.count }
                    return ready
                }
                for watcher in ready { watcher.continuation.resume() }
                if Task.isCancelled { release(name, throwing: CancellationError()) }
            }
        } onCancel: {
            release(name, throwing: CancellationError())
        }
    }

    func release(_ name: String, throwing error: (any Error)? = nil) {
        let continuation = state.withLock { $0.held.removeValue(forKey: name) }
        if let error { continuation?.resume(throwing: error) } else { continuation?.resume() }
    }

    func waitForStarts(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isReached = state.withLock { state in
                if state.started.count >= count { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if isReached { continuation.resume() }
        }
    }
}

/// A workflow that runs until its gate opens.
struct GatedWorkflow: Workflow {
    let id: String
    let title = "Waits to be let go"
    let inputs = [WorkflowInput("name", .string, isRequired: true)]
    let estimatedDuration: Duration = .seconds(4)
    let isComputing: Bool
    let gate: Gate

    func run(_ inputs: [String: WorkflowInputValue], _ task: WorkflowTask) async throws -> WorkflowResult {
        try await gate.hold(inputs["name"]?.stringValue ?? "")
        return WorkflowResult(outputs: [:])
    }
}
