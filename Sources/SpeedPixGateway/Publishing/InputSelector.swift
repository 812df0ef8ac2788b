package import ComfyUI

/// Which field of a workflow becomes an input, as somebody writes it: `NAME=NODE.FIELD[:TYPE]`.
package struct InputSelector: Sendable, Hashable, CustomStringConvertible {
    package var name: String
    package var field: GraphField
    /// Nil for the one that the field's class says.
    package var kind: PublishedInput.Kind?

    package init(_ name: String, _ field: GraphField, _ kind: PublishedInput.Kind? = nil) {
        self.name = name
        self.field = field
        self.kind = kind
    }

    /// Reads it: cut at the first `=`, the first `.` after it, and the last `:` if a known type follows, since ids such as `57:8`
    /// and fields such as `format.bit_depth` are usual.
    ///
    /// - Throws: ``SelectorProblem``.
    package init(parsing text: String) throws(SelectorProblem) {
        (name, field) = try SelectorProblem.parts(of: text, example: "image=1.image")
        let colon = field.field.lastIndex(of: ":")
        if let colon, let kind = PublishedInput.Kind(rawValue: String(field.field[field.field.index(after: colon)...]))
        {
            self.kind = kind
            field.field = String(field.field[..<colon])
        }
        guard !field.field.isEmpty else { throw SelectorProblem.noField(text, example: "image=1.image") }
    }

    package var description: String { "\(name)=\(field)" + (kind.map { ":\($0.rawValue)" } ?? "") }
}

/// Which field of a node's results becomes an output, as somebody writes it: `NAME=NODE.FIELD`, with `[]` at the end for an
/// output that is always an array.
package struct OutputSelector: Sendable, Hashable, CustomStringConvertible {
    package var name: String
    package var field: GraphField
    /// Otherwise one file is an object, and several are an array.
    package var isAlwaysArray: Bool

    package init(_ name: String, _ field: GraphField, isAlwaysArray: Bool = false) {
        self.name = name
        self.field = field
        self.isAlwaysArray = isAlwaysArray
    }

    /// Reads it: cut at the first `=` and the first `.` after it.
    ///
    /// - Throws: ``SelectorProblem``.
    package init(parsing text: String) throws(SelectorProblem) {
        isAlwaysArray = text.hasSuffix("[]")
        (name, field) = try SelectorProblem.parts(
            of: isAlwaysArray ? String(text.dropLast(2)) : text, example: "images=10.images")
        guard !field.field.isEmpty else { throw SelectorProblem.noField(text, example: "images=10.images") }
    }

    package var description: String { "\(name)=\(field)" + (isAlwaysArray ? "[]" : "") }
}

/// A text that selects no field.
package struct SelectorProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong and what would be right, in a sentence.
    package let description: String

    fileprivate static func noField(_ text: String, example: String) -> SelectorProblem {
        SelectorProblem(
            description: "\"\(text.prefix(100))\" names no field: write NAME=NODE.FIELD, such as \(example)")
    }

    /// The name, and node and field.
    fileprivate static func parts(
        of text: String, example: String
    ) throws(SelectorProblem) -> (name: String, field: GraphField) {
        guard let equals = text.firstIndex(of: "=") else {
            throw SelectorProblem(
                description: "\"\(text.prefix(100))\" has no \"=\": write NAME=NODE.FIELD, such as \(example)")
        }
        let (name, place) = (String(text[..<equals]), text[text.index(after: equals)...])
        if let problem = PublishedName.problem(with: name) {
            throw SelectorProblem(description: "the name \"\(name.prefix(100))\" \(problem)")
        }
        guard let dot = place.firstIndex(of: "."), dot > place.startIndex else {
            throw SelectorProblem(
                description:
                    "\"\(text.prefix(100))\" names no node and field: write NAME=NODE.FIELD, such as \(example)")
        }
        return (name, GraphField(String(place[..<dot]), String(place[place.index(after: dot)...])))
    }
}
