import SpeedPixGateway
import SpeedPixTestSupport

/// Does nothing, and records what it was asked for: each entry was paid for.
final class PaidWorkflow: LocalWorkflow {
    struct Entry: Sendable, Hashable {
        var id: String
        var text: String
    }

    let id = "paid"
    let title = "Records what it was asked for"
    let inputs = [WorkflowInput("text", .string, isRequired: true)]
    let estimatedDuration: Duration = .zero
    let isComputing = false

    private let recorded = CountedState([Entry]()) { $0.count }

    var entries: [Entry] { recorded.withLock { $0 } }

    func run(_ inputs: [String: WorkflowInputValue], _ task: WorkflowTask) async throws -> WorkflowResult {
        let text = inputs["text"]?.stringValue ?? ""
        recorded.withLock { $0.append(Entry(id: task.id, text: text)) }
        return WorkflowResult(outputs: ["text": .data(.string(text))])
    }
}
