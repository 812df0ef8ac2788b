import SpeedPix
import SpeedPixGateway

/// What `:help` says of a workflow of the local gateway.
enum WorkflowHelp {
    /// Nil if there is none of that name.
    static func text(for id: String) async -> String? {
        guard BuiltInWorkflows.ids.contains(id),
            let workflow = try? await BuiltInWorkflows.load().first(where: { $0.id == id })
        else { return nil }
        let inputs = workflow.inputs.map { input in
            var line = "  \(input.name): \(input.kind.rawValue)"
            if input.isRequired { line += ", required" }
            if !input.help.isEmpty { line += " — \(input.help)" }
            if let value = input.defaultValue, value != "" { line += "; default \(value.lenientString ?? "")" }
            return line
        }
        return ([id, "", "Of the local gateway: \(workflow.summary)", ""] + inputs).joined(separator: "\n")
    }
}
