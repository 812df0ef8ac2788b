package import SpeedPix

/// An input as a workflow gets it.
package enum WorkflowInputValue: Sendable, Hashable {
    case string(String)
    case integer(Int64)
    /// A whole number from 2^63 on.
    case unsigned(UInt64)
    case number(Double)
    case boolean(Bool)
    case file(WorkflowInputFile)
    case any(JSONValue)

    package var stringValue: String? {
        if case .string(let text) = self { text } else { nil }
    }

    package var integerValue: Int64? {
        if case .integer(let number) = self { number } else { nil }
    }

    package var numberValue: Double? {
        switch self {
        case .number(let number): number
        case .integer(let number): Double(number)
        case .unsigned(let number): Double(number)
        default: nil
        }
    }

    package var booleanValue: Bool? {
        if case .boolean(let flag) = self { flag } else { nil }
    }

    package var fileValue: WorkflowInputFile? {
        if case .file(let file) = self { file } else { nil }
    }

    package var anyValue: JSONValue? {
        if case .any(let value) = self { value } else { nil }
    }

    /// A text, a number or a flag; nil for anything else.
    init?(scalar: JSONValue) {
        switch scalar {
        case .string(let text): self = .string(text)
        case .integer(let number): self = .integer(number)
        case .unsigned(let number): self = .unsigned(number)
        case .double(let number): self = .number(number)
        case .bool(let flag): self = .boolean(flag)
        case .null, .array, .object: return nil
        }
    }

    /// The same as JSON; nil for files and for values of any kind.
    var scalar: JSONValue? {
        switch self {
        case .string(let text): .string(text)
        case .integer(let number): .integer(number)
        case .unsigned(let number): JSONValue(number)
        case .number(let number): .double(number)
        case .boolean(let flag): .bool(flag)
        case .file, .any: nil
        }
    }
}

/// A file that a workflow may read, and must not change: it is the client's upload.
package struct WorkflowInputFile: Sendable, Hashable {
    /// Where it lies on this machine.
    package var path: String
    /// The name it was uploaded under; only for showing.
    package var filename: String
    package var mimeType: String

    package init(path: String, filename: String, mimeType: String) {
        self.path = path
        self.filename = filename
        self.mimeType = mimeType
    }
}
