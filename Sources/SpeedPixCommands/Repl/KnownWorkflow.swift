import SpeedPix
import SpeedPixGateway

/// A workflow that a session can name.
struct KnownWorkflow: Sendable, Hashable {
    /// What it takes.
    struct Input: Sendable, Hashable {
        var name: String
        /// Its type, its bounds and what it is for.
        var text: String
        var isRequired = false
        /// The texts that it may be, if it is one of a few.
        var choices: [String] = []
    }

    var id: String
    /// One line about it; empty if there is none.
    var title = ""
    /// What it does and what its limits are; empty if that is not known.
    var summary = ""
    /// None if they are not known.
    var inputs: [Input] = []
}

extension KnownWorkflow {
    init(_ workflow: any Workflow) {
        self.init(
            id: workflow.id, title: workflow.title, summary: workflow.summary,
            inputs: workflow.inputs.map { Input($0) })
    }
}

extension KnownWorkflow {
    init(_ workflow: WorkflowDescription) {
        self.init(
            id: workflow.id, title: workflow.title == workflow.id ? "" : workflow.title, summary: workflow.summary,
            inputs: workflow.inputs.map { Input($0) })
    }
}

extension KnownWorkflow.Input {
    fileprivate init(_ input: WorkflowDescription.Input) {
        self.init(
            input.name, type: input.type, least: input.minimum?.lenientString, most: input.maximum?.lenientString,
            isRequired: input.isRequired, usual: input.defaultValue, help: input.help,
            choices: input.choices.compactMap(\.stringValue))
    }

    fileprivate init(_ input: WorkflowInput) {
        self.init(
            input.name, type: input.kind.rawValue, least: input.minimum.map(Self.text),
            most: input.maximum.map(Self.text), isRequired: input.isRequired, usual: input.defaultValue,
            help: input.help, choices: Self.choices(input))
    }

    private init(
        _ name: String, type: String, least: String?, most: String?, isRequired: Bool, usual: JSONValue?, help: String,
        choices: [String]
    ) {
        var facts = [type]
        switch (least, most) {
        case (let least?, let most?): facts.append("\(least) to \(most)")
        case (let least?, nil): facts.append("at least \(least)")
        case (nil, let most?): facts.append("at most \(most)")
        case (nil, nil): break
        }
        if isRequired {
            facts.append("required")
        } else if let usual, usual != .string(""), let bytes = try? usual.encoded() {
            facts.append("default \(String(decoding: bytes, as: UTF8.self))")
        }
        let description = facts.joined(separator: ", ")
        self.init(
            name: name, text: help.isEmpty ? description : "\(description): \(help)", isRequired: isRequired,
            choices: choices)
    }

    /// Of a text with a default whose help is nothing but a list, "zoom-in, zoom-out or pan-left", the words of that list.
    /// Declarations have no field for them.
    private static func choices(_ input: WorkflowInput) -> [String] {
        guard input.kind == .string, case .string(let usual)? = input.defaultValue else { return [] }
        let words = input.help.replacing(" or ", with: ", ").split(separator: ", ").map(String.init)
        let isList = words.count > 1 && words.contains(usual) && !words.contains { $0.contains(where: \.isWhitespace) }
        return isList ? words : []
    }

    private static func text(_ bound: Double) -> String {
        Int64(exactly: bound).map(String.init) ?? "\(bound)"
    }
}
