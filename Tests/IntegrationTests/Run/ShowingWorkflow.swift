import SpeedPixGateway
import SpeedPixTestSupport

/// Shows a picture, and ends when a test lets it.
struct ShowingWorkflow: LocalWorkflow {
    let id = "showing"
    let title = "Shows a picture"
    let inputs = [WorkflowInput("text", .string, isRequired: true)]
    let estimatedDuration: Duration = .zero
    let isComputing = false
    /// The bytes of a file.
    let picture: [UInt8]
    /// Holds each run under its text.
    let gate: Gate

    func run(_ inputs: [String: WorkflowInputValue], _ task: WorkflowTask) async throws -> WorkflowResult {
        let text = inputs["text"]?.stringValue ?? ""
        task.preview(picture)
        try await gate.hold(text)
        return WorkflowResult(outputs: ["text": .data(.string("end of \(text)"))])
    }
}
