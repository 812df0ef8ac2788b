import SpeedPix

/// Walks over the text of a TOML document, and reads what is not a table: texts, numbers, truth values.
struct TOMLScanner {
    private let characters: [Character]
    private var index = 0
    private var line = 1
    private var lineStart = 0

    init(_ text: String) {
        var text = text[...]
        // Windows editors begin UTF-8 with this mark.
        if text.unicodeScalars.first == "\u{FEFF}" { text = Substring(text.unicodeScalars.dropFirst()) }
        characters = Array(text)
    }

    var isAtEnd: Bool { index == characters.count }
    var next: Character? { isAtEnd ? nil : characters[index] }
    var position: TextPosition { TextPosition(line: line, column: index - lineStart + 1) }

    func error(_ message: String) -> TOMLSyntaxError {
        TOMLSyntaxError(position: position, message: message.printable())
    }

    private mutating func advance() {
        if characters[index].isNewline {
            line += 1
            lineStart = index + 1
        }
        index += 1
    }

    /// Whether the character came next; it is then behind us.
    mutating func take(_ character: Character) -> Bool {
        guard next == character else { return false }
        advance()
        return true
    }

    mutating func take(while isWanted: (Character) -> Bool) -> String {
        let start = index
        while let next, isWanted(next) { advance() }
        return String(characters[start..<index])
    }

    private func follows(_ text: String) -> Bool {
        characters[index...].starts(with: text)
    }

    private mutating func skip(_ count: Int) {
        for _ in 0..<count { advance() }
    }

    // MARK: Space

    mutating func skipSpaces() {
        while next == " " || next == "\t" { advance() }
    }

    /// Space, line ends and comments.
    mutating func skipBlankLines() throws(TOMLSyntaxError) {
        while let next {
            if next == " " || next == "\t" || next.isLineEnd {
                advance()
            } else if next == "#" {
                try skipComment()
            } else {
                return
            }
        }
    }

    private mutating func skipComment() throws(TOMLSyntaxError) {
        while let next, !next.isLineEnd {
            guard next == "\t" || !next.isControl else { throw error("a comment has a control character") }
            advance()
        }
    }

    /// Nothing but a comment may follow in the line.
    mutating func endLine() throws(TOMLSyntaxError) {
        skipSpaces()
        if next == "#" { try skipComment() }
        guard let next, !next.isLineEnd else { return }
        throw error("\(next) cannot stand here: the line should have ended; texts need quotes")
    }

    // MARK: Values

    /// A number or a truth value.
    mutating func plainValue() throws(TOMLSyntaxError) -> TOMLValue {
        let start = position
        let word = take { !$0.isWhitespace && !$0.isNewline && !",]}#=".contains($0) }
        func wrong(_ message: String) -> TOMLSyntaxError {
            TOMLSyntaxError(position: start, message: message.printable())
        }
        switch word {
        case "": throw wrong("a value is missing")
        case "true": return .boolean(true)
        case "false": return .boolean(false)
        default: break
        }
        if let number = Self.number(word) { return number }
        if word.wholeMatch(of: /\d{4}-\d\d-\d\d.*|\d\d:\d\d.*/) != nil { throw wrong("no setting is a date or a time") }
        // The message does not quote the value: it may be the secret without its quotes.
        throw wrong("this is not a value; a text needs quotes")
    }

    private static func number(_ word: String) -> TOMLValue? {
        // Most are plain, and need no pattern.
        if word.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
            return word.hasPrefix("0") && word != "0" ? nil : Int64(word).map(TOMLValue.integer)
        }
        if let match = word.wholeMatch(of: /0(x)([0-9A-Fa-f]+(?:_[0-9A-Fa-f]+)*)|0(o)([0-7_]+)|0(b)([01_]+)/) {
            let radix = match.1 != nil ? 16 : match.3 != nil ? 8 : 2
            let digits = String(match.2 ?? match.4 ?? match.6 ?? "").filter { $0 != "_" }
            return Int64(digits, radix: radix).map(TOMLValue.integer)
        }
        let plain = word.filter { $0 != "_" }
        if word.wholeMatch(of: /[+-]?(0|[1-9][0-9]*(_[0-9]+)*)/) != nil { return Int64(plain).map(TOMLValue.integer) }
        let float = /[+-]?(0|[1-9][0-9]*(_[0-9]+)*)(\.[0-9]+(_[0-9]+)*)?([eE][+-]?[0-9]+(_[0-9]+)*)?|[+-]?(inf|nan)/
        return word.wholeMatch(of: float) == nil ? nil : Double(plain).map(TOMLValue.float)
    }

    /// A text in quotes of any kind.
    ///
    /// - Parameter mayHaveLines: Whether `"""` and `'''` begin one of many lines.
    mutating func string(mayHaveLines: Bool) throws(TOMLSyntaxError) -> String {
        let start = position
        guard let quote = next else { throw error("a text is missing") }
        let triple = String(repeating: quote, count: 3)
        let isLong = mayHaveLines && follows(triple)
        skip(isLong ? 3 : 1)
        if isLong, let next, next.isLineEnd { advance() }
        var text = ""
        while let character = next {
            if character == quote, !isLong {
                advance()
                return text
            }
            if isLong, follows(triple) {
                // Up to two quotes may stand right before the closing three.
                while follows(triple + String(quote)) {
                    text.append(quote)
                    advance()
                }
                skip(3)
                return text
            }
            if character.isLineEnd, !isLong { break }
            if character == "\\", quote == "\"" {
                try escape(into: &text, isLong: isLong)
                continue
            }
            guard !character.isControl || character == "\t" || character.isLineEnd else {
                throw error("a text has a control character in it: write \\u and four digits")
            }
            text.append(character)
            advance()
        }
        throw TOMLSyntaxError(
            position: start, message: "this text has no \(isLong ? triple : String(quote)) at its end")
    }

    private mutating func escape(into text: inout String, isLong: Bool) throws(TOMLSyntaxError) {
        let start = self
        advance()
        guard let code = next else { return }
        let plain: [Character: String] = [
            "b": "\u{8}", "t": "\t", "n": "\n", "f": "\u{C}", "r": "\r", "\"": "\"", "\\": "\\",
        ]
        if let meant = plain[code] {
            text += meant
            advance()
            return
        }
        if code == "u" || code == "U" {
            advance()
            let count = code == "u" ? 4 : 8
            let digits = String(characters[index...].prefix(count))
            if digits.count == count, digits.allSatisfy(\.isHexDigit), let value = UInt32(digits, radix: 16),
                let scalar = Unicode.Scalar(value)
            {
                skip(count)
                text.unicodeScalars.append(scalar)
                return
            }
            throw start.error("\\\(code) must be followed by the \(count) digits of a character")
        }
        if isLong, code.isWhitespace {
            // A backslash at a line's end: the text goes on with the next line's first character.
            skipSpaces()
            if next?.isLineEnd == true {
                while next?.isWhitespace == true { advance() }
                return
            }
        }
        throw start.error("\\\(code) means nothing; for a backslash write \\\\, or put the text in 'single quotes'")
    }
}

extension Character {
    fileprivate var isLineEnd: Bool { self == "\n" || self == "\r\n" }
    fileprivate var isControl: Bool { unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F } && !isLineEnd }
}
