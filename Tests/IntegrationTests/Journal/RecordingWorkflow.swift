import SpeedPixGateway
import SpeedPixTestSupport

/// Draws a text, at once, and records what it was asked for: each entry was paid for.
final class RecordingWorkflow: LocalWorkflow {
    struct Entry: Sendable, Hashable {
        var id: String
        var name: String
        var number: Double?
    }

    let id = "draw"
    let title = "Draws a text"
    let inputs = [
        WorkflowInput("name", .string, isRequired: true), WorkflowInput("number", .number),
        WorkflowInput("source", .file),
    ]
    let estimatedDuration: Duration = .zero
    let isComputing = false

    private let recorded = CountedState([Entry]()) { $0.count }

    var entries: [Entry] { recorded.withLock { $0 } }

    /// Returns when all of these predictions have begun to run.
    func waitForEntries(of ids: Set<String>) async {
        await recorded.wait { ids.isSubset(of: $0.map(\.id)) }
    }

    func run(_ inputs: [String: WorkflowInputValue], _ task: WorkflowTask) async throws -> WorkflowResult {
        let name = inputs["name"]?.stringValue ?? ""
        let number = inputs["number"]?.numberValue
        recorded.withLock { $0.append(Entry(id: task.id, name: name, number: number)) }
        if name.hasPrefix("bad") { throw WorkflowFailure("it is bad") }
        let source = try inputs["source"]?.fileValue.map { try String(contentsOfFile: $0.path, encoding: .utf8) } ?? ""
        let text = "\(source)/\(name) \(number.map { "\($0)" } ?? "")"
        return WorkflowResult(outputs: [
            "image": .file(
                WorkflowOutputFile(.bytes(Array(text.utf8)), filename: "\(name).txt", mimeType: "text/plain"))
        ])
    }
}
