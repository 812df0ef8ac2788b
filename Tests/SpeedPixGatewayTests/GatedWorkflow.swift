import SpeedPix
import SpeedPixTestSupport

@testable import SpeedPixGateway

/// A workflow that runs until its gate opens.
struct GatedWorkflow: LocalWorkflow {
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
