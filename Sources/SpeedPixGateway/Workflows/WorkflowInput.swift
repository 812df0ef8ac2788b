package import SpeedPix

/// One input that a workflow declares.
package struct WorkflowInput: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable {
        case string
        /// A whole number.
        case integer
        case number
        case boolean
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
