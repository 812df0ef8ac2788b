import SpeedPix

extension String {
    /// The text without the white space around it.
    var trimmed: String {
        var rest = self[...]
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return String(rest)
    }

    /// In one line, without characters that steer a terminal, and cut where it is longer.
    ///
    /// - Parameter limit: Characters.
    func excerpt(_ limit: Int = 80) -> String {
        // No more is looked at than could be shown, however long the text is.
        let start = prefix(limit * 4)
        let words = start.split(whereSeparator: \.isWhitespace).joined(separator: " ").printable()
        let isCut = words.count > limit || start.endIndex < endIndex
        return isCut ? "\(words.prefix(limit))…" : words
    }
}
