import SpeedPix

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
