import SpeedPix

/// What somebody has noted of a prediction in the console.
struct PredictionNotes: Sendable, Equatable {
    /// What somebody thinks of the result.
    enum Mark: String, Sendable {
        case good
        case bad
    }

    /// Characters of the longest label, as Unicode counts them.
    static let longestLabel = 200

    var mark: Mark?
    /// One line that is not empty.
    var label: String?

    init(mark: Mark? = nil, label: String? = nil) {
        self.mark = mark
        self.label = label
    }

    /// A label as it is kept: one line without spaces around it; nil for an empty one.
    ///
    /// - Throws: ``Refusal`` for one that is too long.
    static func label(_ text: String) throws(Refusal) -> String? {
        let words = text.printable().split(whereSeparator: \.isWhitespace).joined(separator: " ")
        // Not what a person counts as characters: one of those may be as long as somebody likes.
        let count = words.unicodeScalars.count
        guard count <= longestLabel else {
            throw .invalidParameter("label must have at most \(longestLabel) characters, not \(count)")
        }
        return words.isEmpty ? nil : words
    }
}

/// What is to be noted of a prediction instead of what there is.
struct PredictionNotesChange: Sendable, Equatable {
    private enum Member<Value: Sendable & Equatable>: Sendable, Equatable {
        case kept
        case replaced(Value?)
    }

    private let mark: Member<PredictionNotes.Mark>
    private let label: Member<String>

    /// - Parameter body: With `mark`, which is `good`, `bad` or null, and `label`, which is a text or null. One that is missing
    ///   stays as it is.
    /// - Throws: ``Refusal`` for anything else.
    init(_ body: CallBody) throws(Refusal) {
        switch body.members["mark"] {
        case nil: mark = .kept
        case .null?: mark = .replaced(nil)
        case let value?:
            guard let known = value.stringValue.flatMap(PredictionNotes.Mark.init) else {
                throw .invalidParameter("mark must be \"good\", \"bad\" or null")
            }
            mark = .replaced(known)
        }
        switch body.members["label"] {
        case nil: label = .kept
        case .null?: label = .replaced(nil)
        case let value?:
            guard let text = value.stringValue else {
                throw .invalidParameter("label must be a string or null, not \(value.kindDescription)")
            }
            label = .replaced(try PredictionNotes.label(text))
        }
    }

    /// The notes as they are afterwards.
    func applied(to notes: PredictionNotes) -> PredictionNotes {
        var notes = notes
        if case .replaced(let mark) = mark { notes.mark = mark }
        if case .replaced(let label) = label { notes.label = label }
        return notes
    }
}
