import ComfyUI
import SpeedPix

/// Why a field cannot be an input of the type that was asked for, in words that follow the field.
struct InputKindProblem: Error, Sendable, Hashable {
    let message: String
}

extension PublishedInput {
    /// Makes an input of a field.
    ///
    /// - Parameters:
    ///   - selector: Its node is there, and its field is not linked.
    ///   - definitions: Of the servers' classes.
    /// - Throws: ``InputKindProblem``.
    init(
        _ selector: InputSelector, in graph: WorkflowGraph, _ definitions: NodeDefinitions
    ) throws(InputKindProblem) {
        let definition = definitions.definition(of: selector.field, in: graph)
        var own = graph[selector.field]?.value
        if own == nil || own == .null { own = definition?.defaultValue }
        let kind = try Self.kind(selector.kind, definition, value: own)
        let node = graph.nodes[selector.field.node]
        let (title, classType) = (node?.title, node?.classType ?? "")
        self.init(
            selector.name, selector.field, kind, default: kind.isFile ? nil : own,
            isRequired: kind.isFile || (own == nil && definition?.isRequired != false),
            help: title == nil || title == classType ? classType : "\(title ?? "") (\(classType))")
        switch definition?.kind {
        case .int(let low, let high, _)?, .float(let low, let high, _)?:
            (minimum, maximum) = (low, high)
        default: break
        }
        guard kind == .choice else { return }
        choices = definition?.choices ?? []
        // As the servers spell it: `\` and `/` are one to ComfyUI's lists of models.
        if let defaultValue, let spelt = WorkflowInput.choice(defaultValue, among: choices) {
            self.defaultValue = spelt
        }
    }

    /// The type of an input.
    ///
    /// - Parameters:
    ///   - declared: What was asked for; nil for the one that the definition says.
    ///   - value: What the field has.
    /// - Throws: ``InputKindProblem`` if the field cannot be that.
    static func kind(
        _ declared: Kind?, _ definition: NodeInputDefinition?, value: JSONValue?
    ) throws(InputKindProblem) -> Kind {
        let defined = kind(of: definition)
        guard let declared else {
            if let kind = defined ?? kind(of: value) { return kind }
            throw InputKindProblem(
                message: value == nil
                    ? "has no value, and its class says no type: write one after it, such as :string"
                    : "has a list or an object, and an input is one text, number or file: publish another field")
        }
        let isPossible =
            switch (declared, defined ?? kind(of: value)) {
            case (let declared, let natural?) where declared == natural: declared != .choice || defined != nil
            case (.choice, _): false
            // A number that is given whole is a number.
            case (.int, .float?): true
            // Without a definition nobody knows whether 5 was meant as 5.0.
            case (.float, .int?): defined == nil
            case (.image, .mask?), (.mask, .image?): true
            case (let declared, .file?): declared.isFile
            // Loaders of other authors take the name of a file as a text or from a list, without saying so.
            case (let declared, .string?), (let declared, .choice?): declared.isFile
            case (_, nil): value == nil
            default: false
            }
        guard isPossible else {
            throw InputKindProblem(message: mismatch(declared, defined ?? kind(of: value)))
        }
        return declared
    }

    private static func mismatch(_ declared: Kind, _ natural: Kind?) -> String {
        switch (declared, natural) {
        case (.choice, let natural?) where natural != .choice:
            "has no list to choose from: it is of the type \(natural.rawValue); write that, or no type"
        case (_, let natural?):
            "is of the type \(natural.rawValue) and cannot be \(declared.rawValue):"
                + " write :\(natural.rawValue), or no type"
        case (_, nil):
            "has a list or an object, and an input is one text, number or file: publish another field"
        }
    }

    private static func kind(of definition: NodeInputDefinition?) -> Kind? {
        switch definition?.kind {
        case .int?: .int
        case .float?: .float
        case .string?: .string
        case .boolean?: .boolean
        case .choice(_, .image?)?: .image
        case .choice(_, .mask?)?: .mask
        case .choice(_, .video?)?: .video
        case .choice(_, .audio?)?: .audio
        case .choice(_, .file?)?: .file
        case .choice(_, nil)?: .choice
        case .other?: definition?.choices == nil ? nil : .choice
        case .link?, nil: nil
        }
    }

    private static func kind(of value: JSONValue?) -> Kind? {
        switch value {
        case .integer?, .unsigned?: .int
        case .double?: .float
        case .string?: .string
        case .bool?: .boolean
        case .array?, .object?, .null?, nil: nil
        }
    }
}
