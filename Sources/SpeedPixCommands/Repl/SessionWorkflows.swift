import SpeedPix

/// What `:workflows` and `:help WORKFLOW` say.
enum SessionWorkflows {
    /// - Parameter isComplete: Whether these are all; a service gives no list of its own.
    static func list(_ workflows: [KnownWorkflow], isComplete: Bool) -> String {
        let width = workflows.map { TerminalText.width($0.id.printable()) }.max() ?? 0
        var lines = workflows.map { workflow in
            let id = TerminalText.padded(workflow.id.printable(), columns: width)
            return workflow.title.isEmpty ? id : "\(id)  \(workflow.title)"
        }
        if !isComplete {
            let end = "The service gives no list of workflows: their ids are in its console."
            lines.append(workflows.isEmpty ? end : "These were used here. \(end)")
        }
        return lines.joined(separator: "\n")
    }

    /// What a workflow takes, as far as it is known.
    static func help(_ workflow: KnownWorkflow) -> String {
        var lines = [workflow.summary.isEmpty ? workflow.id : "\(workflow.id): \(workflow.summary)"]
        if workflow.inputs.isEmpty {
            lines.append("Its inputs are in the service's console.")
        } else {
            let width = workflow.inputs.map { TerminalText.width($0.name) }.max() ?? 0
            for input in workflow.inputs {
                lines.append("  \(TerminalText.padded(input.name, columns: width))  \(input.text)")
            }
        }
        let first = workflow.inputs.first { $0.isRequired } ?? workflow.inputs.first
        lines.append("run(\"\(workflow.id)\", { \(first.map { "\($0.name) = …" } ?? "…") })")
        return lines.joined(separator: "\n").printable(keepingLines: true)
    }
}
