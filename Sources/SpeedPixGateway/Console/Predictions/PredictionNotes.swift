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
