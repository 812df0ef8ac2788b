package import ComfyUI
package import SpeedPix

/// A field of a workflow that is an input of the published one.
package struct PublishedInput: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable {
        /// A whole number.
        case int
        case float
        case string
        /// One of a list.
        case choice
        case boolean
        case image
        /// A picture of which only the mask is used.
        case mask
        case video
        case audio
        /// Any other file.
        case file

        /// Whether a file is uploaded for it.
        package var isFile: Bool {
            switch self {
            case .image, .mask, .video, .audio, .file: true
            case .int, .float, .string, .choice, .boolean: false
            }
        }
    }

    package var name: String
    package var field: GraphField
    package var kind: Kind
    /// Of a number; nil for none.
    package var minimum: JSONValue?
    package var maximum: JSONValue?
    /// Of a choice.
    package var choices: [JSONValue] = []
    /// What the workflow itself has; nil for a file, which the server has and not the gateway.
    package var defaultValue: JSONValue?
    package var isRequired: Bool
    /// For a person: what the node is called, and its class.
    package var help: String

    package init(
        _ name: String, _ field: GraphField, _ kind: Kind, default defaultValue: JSONValue? = nil,
        isRequired: Bool = false, help: String = ""
    ) {
        self.name = name
        self.field = field
        self.kind = kind
        self.defaultValue = defaultValue
        self.isRequired = isRequired
        self.help = help
    }

    /// As a workflow declares it.
    package var declaration: WorkflowInput {
        var input = WorkflowInput(
            name, declaredKind, isRequired: isRequired, default: defaultValue, minimum: minimum?.lenientDouble,
            maximum: maximum?.lenientDouble, help: help)
        input.choices = choices
        if kind == .int {
            let (low, high) = (minimum?.wholeNumber ?? .min, maximum?.wholeNumber ?? .max)
            if low <= high { input.wholeRange = low...high }
        }
        return input
    }

    private var declaredKind: WorkflowInput.Kind {
        switch kind {
        case .int: .integer
        case .float: .number
        case .string: .string
        case .choice: .choice
        case .boolean: .boolean
        case .image, .mask, .video, .audio, .file: .file
        }
    }
}

/// A field of a node's results that is an output of the published workflow.
package struct PublishedOutput: Sendable, Hashable {
    package var name: String
    package var field: GraphField
    /// Otherwise one file is an object, and several are an array.
    package var isAlwaysArray: Bool

    /// Under which names nodes give files. What stands under another one shows only when it has run.
    private static let fileFields: Set<String> = ["images", "gifs", "audio", "video", "3d"]

    package init(_ name: String, _ field: GraphField, isAlwaysArray: Bool = false) {
        self.name = name
        self.field = field
        self.isAlwaysArray = isAlwaysArray
    }

    /// As a workflow declares it.
    package var declaration: DeclaredOutput {
        DeclaredOutput(name, Self.fileFields.contains(field.field) ? .file : .any, isAlwaysArray: isAlwaysArray)
    }
}

/// A file on a server that a field names which is no input: it is uploaded wherever the workflow runs.
struct PublishedFile: Sendable, Hashable {
    let field: GraphField
    /// As the workflow has it.
    let filename: String
    let key: ObjectKey
    let mimeType: String
}

extension JSONValue {
    /// A number without its fraction, in full length; nil for anything else.
    var wholeNumber: Int128? {
        switch self {
        case .integer(let number): Int128(number)
        case .unsigned(let number): Int128(number)
        case .double(let number): Int128(exactly: number.rounded(.towardZero))
        default: nil
        }
    }
}
