import SpeedPix

/// Gives back what it gets, after a while: for trying out a client, and for tests.
package struct EchoWorkflow: LocalWorkflow {
    package let id = "echo"
    package let title = "Gives back its inputs after a while"
    package let inputs = [
        WorkflowInput(
            "duration", .number, default: 0, minimum: 0, maximum: 3600, help: "seconds until it is done"),
        WorkflowInput("fail", .string, help: "fails with this message, unless it is empty"),
        WorkflowInput("text", .string, help: "given back as text"),
        WorkflowInput("image", .file, help: "given back as images"),
        WorkflowInput("data", .any, help: "any JSON, given back as data"),
    ]
    package let declaredOutputs = [
        DeclaredOutput("text", .string), DeclaredOutput("images", .file), DeclaredOutput("data", .any),
    ]
    package let estimatedDuration: Duration = .zero
    package let isComputing = false

    /// Often enough for a smooth bar, seldom enough for thousands of runs at once.
    private static let steps = 20

    package init() {}

    package func run(_ inputs: [String: WorkflowInputValue], _ task: WorkflowTask) async throws -> WorkflowResult {
        let duration = Duration.seconds(inputs["duration"]?.numberValue ?? 0)
        if duration > .zero {
            for step in 1...Self.steps {
                task.progress(Double(step - 1) / Double(Self.steps), "waiting", number: step, of: Self.steps)
                try await task.clock.sleep(for: duration / Self.steps)
            }
        }
        if let reason = inputs["fail"]?.stringValue, !reason.isEmpty { throw WorkflowFailure(reason) }
        var outputs: [String: WorkflowOutput] = [:]
        if let text = inputs["text"]?.stringValue { outputs["text"] = .data(.string(text)) }
        if let data = inputs["data"]?.anyValue { outputs["data"] = .data(data) }
        if let file = inputs["image"]?.fileValue {
            outputs["images"] = .file(
                WorkflowOutputFile(.path(file.path), filename: file.filename, mimeType: file.mimeType))
        }
        return WorkflowResult(outputs: outputs, info: .string("echoed after \(duration.formattedSeconds)"))
    }
}
