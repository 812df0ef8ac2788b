/// A word of a line, with quotes and backslashes as a shell takes them. Only an apostrophe within a word stays one: `text=it's`.
struct ShellWord: Equatable {
    /// Without quotes.
    var text: String
    /// Where it stands in the line.
    var range: Range<String.Index>

    /// The words of a line.
    ///
    /// - Returns: Nil if a quote is not closed.
    static func words(of line: String) -> [ShellWord]? {
        var words: [ShellWord] = []
        var rest = line[...]
        while let start = rest.firstIndex(where: { !$0.isWhitespace }) {
            rest = rest[start...]
            guard let text = next(&rest) else { return nil }
            words.append(ShellWord(text: text, range: start..<rest.startIndex))
        }
        return words
    }

    private static func next(_ rest: inout Substring) -> String? {
        var text = ""
        var quote: Character?
        // A quote opens where a value begins; once a word has had one, anywhere in it.
        var mayOpen = true
        var hasQuote = false
        while let character = rest.first, quote != nil || !character.isWhitespace {
            rest = rest.dropFirst()
            let escapable = quote == nil ? "\\\"' " : quote == "\"" ? "\\\"" : ""
            if character == quote {
                quote = nil
            } else if character == "\\", let escaped = rest.first, escapable.contains(escaped) {
                text.append(escaped)
                rest = rest.dropFirst()
                mayOpen = hasQuote
            } else if quote == nil, mayOpen, character == "\"" || character == "'" {
                quote = character
                hasQuote = true
            } else {
                text.append(character)
                mayOpen = hasQuote || character == "="
            }
        }
        return quote == nil ? text : nil
    }
}
