import ComfyUI
import SpeedPix

/// Something about a workflow that is to be published.
struct PublicationFinding: Sendable, Hashable {
    enum Severity: Sendable {
        /// It cannot be published.
        case error
        /// It can, and is perhaps not what was meant.
        case warning
    }

    /// What a page knows a finding by that it has words of its own for, in another language.
    enum Code: String, Sendable, CaseIterable {
        /// The workflow is in the form in which ComfyUI's page keeps it.
        case uiFormat = "ui_format"
        /// No server has a class: `class`, `nodes`, `nearest`.
        case missingClass = "missing_class"
        /// A class spends credits of comfy.org: `class`, `nodes`.
        case partnerNode = "partner_node"
        /// A field names a model that no server has: `field`, `node`, `value`, `nearest`.
        case missingModel = "missing_model"
        /// The same with something else that is chosen of a list.
        case missingChoice = "missing_choice"
        /// A server does not have a file that a field names: `field`, `node`, `file`.
        case missingFile = "missing_file"
        /// No input is a seed: `field`, `node`.
        case fixedSeed = "fixed_seed"
        /// A field that is no input has a mask that was drawn in ComfyUI: `field`, `node`, `file`.
        case clipspaceMask = "clipspace_mask"
        /// The same with a field that is an input, called `input`.
        case clipspaceInput = "clipspace_input"
    }

    let severity: Severity
    /// What is wrong and what to do, in a sentence.
    let message: String
    /// Nil for what ``message`` alone tells.
    var code: Code?
    /// What the words of a page are about, by the names that stand at ``Code``. Empty ones are left out.
    var values: [String: String] = [:]

    static func error(
        _ message: String, _ code: Code? = nil, _ values: [String: String] = [:]
    ) -> PublicationFinding { .init(severity: .error, message: message, code: code, values: values) }

    static func warning(
        _ message: String, _ code: Code? = nil, _ values: [String: String] = [:]
    ) -> PublicationFinding { .init(severity: .warning, message: message, code: code, values: values) }

    /// That a text is no workflow.
    init(_ problem: GraphProblem) {
        self.init(severity: .error, message: problem.description, code: problem == .uiFormat ? .uiFormat : nil)
    }

    private init(severity: Severity, message: String, code: Code?, values: [String: String] = [:]) {
        self.severity = severity
        self.message = message
        self.code = code
        self.values = values.filter { !$0.value.isEmpty }
    }

    /// As routes tell it.
    var json: JSONValue {
        var members: [String: JSONValue] = [
            "severity": .string(severity == .error ? "error" : "warning"), "message": .string(message),
        ]
        if let code {
            members["code"] = .string(code.rawValue)
            members["values"] = .object(values.mapValues { .string($0) })
        }
        return .object(members)
    }
}
