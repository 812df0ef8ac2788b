/// The tokens of a piece of Lua, with where they stand. It is made for text that need not be right: what it cannot make
/// out is a token of one byte.
package struct LuaLexer: Sequence, IteratorProtocol {
    package struct Token {
        package enum Kind {
            /// A name or a keyword.
            case word
            case number
            case string
            /// A string or a long comment that the text ends in.
            case unfinished
            case symbol
        }

        package var kind: Kind
        package var range: Range<Int>
    }

    package let source: [UInt8]
    private var at = 0

    package init(_ source: [UInt8]) {
        self.source = source
    }

    package func text(_ token: Token) -> String {
        String(decoding: source[token.range], as: UTF8.self)
    }

    package mutating func next() -> Token? {
        while at < source.count {
            let start = at
            let byte = source[at]
            if byte == UInt8(ascii: "-"), peek(1) == UInt8(ascii: "-") {
                at += 2
                if let level = longBracket() {
                    if !skipLong(level) { return Token(kind: .unfinished, range: start..<at) }
                } else {
                    while at < source.count, source[at] != UInt8(ascii: "\n") { at += 1 }
                }
            } else if byte.isWordStart {
                while at < source.count, source[at].isWordPart { at += 1 }
                return Token(kind: .word, range: start..<at)
            } else if byte.isDigit || byte == UInt8(ascii: ".") && (peek(1)?.isDigit ?? false) {
                takeNumber()
                return Token(kind: .number, range: start..<at)
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                return Token(kind: takeString(byte) ? .string : .unfinished, range: start..<at)
            } else if let level = longBracket() {
                return Token(kind: skipLong(level) ? .string : .unfinished, range: start..<at)
            } else if byte <= 0x20 {
                at += 1
            } else {
                at += symbolLength
                return Token(kind: .symbol, range: start..<at)
            }
        }
        return nil
    }

    private func peek(_ distance: Int) -> UInt8? {
        at + distance < source.count ? source[at + distance] : nil
    }

    /// Of the symbols only those matter that another one begins with.
    private var symbolLength: Int {
        for symbol in ["...", "..", "::", "==", "~=", "<=", ">=", "//", "<<", ">>"] {
            if source[at...].starts(with: symbol.utf8) { return symbol.utf8.count }
        }
        return 1
    }

    /// The number of equals signs, if a long bracket opens here.
    private func longBracket() -> Int? {
        guard peek(0) == UInt8(ascii: "[") else { return nil }
        var level = 0
        while peek(1 + level) == UInt8(ascii: "=") { level += 1 }
        return peek(1 + level) == UInt8(ascii: "[") ? level : nil
    }

    /// - Returns: Whether it is closed.
    private mutating func skipLong(_ level: Int) -> Bool {
        at += level + 2
        let closing = [UInt8(ascii: "]")] + Array(repeating: UInt8(ascii: "="), count: level) + [UInt8(ascii: "]")]
        while at < source.count {
            if source[at] == UInt8(ascii: "]"), source[at...].starts(with: closing) {
                at += closing.count
                return true
            }
            at += 1
        }
        return false
    }

    private mutating func takeString(_ quote: UInt8) -> Bool {
        at += 1
        while at < source.count {
            switch source[at] {
            case quote:
                at += 1
                return true
            case UInt8(ascii: "\\"):
                let isSkip = peek(1) == UInt8(ascii: "z")
                at = Swift.min(at + 2, source.count)
                // \z skips line breaks, too.
                while isSkip, at < source.count, source[at] <= 0x20 { at += 1 }
            case UInt8(ascii: "\n"): return false
            default: at += 1
            }
        }
        return false
    }

    private mutating func takeNumber() {
        let isHexadecimal = source[at] == UInt8(ascii: "0") && [UInt8(ascii: "x"), UInt8(ascii: "X")].contains(peek(1))
        let exponents = isHexadecimal ? "pP" : "eE"
        while at < source.count, source[at].isWordPart || source[at] == UInt8(ascii: ".") {
            let isExponent = exponents.utf8.contains(source[at])
            at += 1
            if isExponent, let sign = peek(0), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { at += 1 }
        }
    }
}
