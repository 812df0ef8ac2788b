package import SpeedPix

/// One input that a workflow declares.
package struct WorkflowInput: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable {
        case string
        /// A whole number.
        case integer
        case number
        case boolean
        /// One of ``WorkflowInput/choices``: the workflow gets it as it is there.
        case choice
        /// A URL of this gateway or a `data:` URI; the workflow gets a path.
        case file
        /// Any JSON value, passed through.
        case any
    }

    package var name: String
    package var kind: Kind
    package var isRequired: Bool
    /// Used when the input is missing or null.
    package var defaultValue: JSONValue?
    /// The smallest number, or the fewest characters of a string.
    package var minimum: Double?
    /// The largest number, or the most characters of a string.
    package var maximum: Double?
    /// The bounds of a whole number, where those that a `Double` can hold are not exact; they count then.
    package var wholeRange: ClosedRange<Int128>?
    /// What a choice may be: texts, numbers, true or false.
    package var choices: [JSONValue] = []
    /// One line for a person.
    package var help: String

    package init(
        _ name: String, _ kind: Kind, isRequired: Bool = false, default defaultValue: JSONValue? = nil,
        minimum: Double? = nil, maximum: Double? = nil, help: String = ""
    ) {
        self.name = name
        self.kind = kind
        self.isRequired = isRequired
        self.defaultValue = defaultValue
        self.minimum = minimum
        self.maximum = maximum
        self.help = help
    }
}

extension WorkflowInput {
    /// The choice that a value stands for: the same, or a text that differs in `\` and `/` only, since ComfyUI's servers spell
    /// the paths of models as their system does.
    static func choice(_ value: JSONValue, among choices: [JSONValue]) -> JSONValue? {
        if let same = choices.first(where: { $0 == value }) { return same }
        guard let text = value.stringValue?.replacing("\\", with: "/") else { return nil }
        return choices.first { $0.stringValue?.replacing("\\", with: "/") == text }
    }
}
