/// A word or sign of a Lua text, and where it stands.
struct LuaToken: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        case name
        case keyword
        case string
        case number
        case sign
        case end
    }

    var kind: Kind
    /// As it is written; of a string without escapes, what is between the quotes.
    var text: String
    var place: TOMLPlace

    static let keywords: Set<String> = [
        "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local", "nil",
        "not", "or", "repeat", "return", "then", "true", "until", "while",
    ]
}

/// Splits a text that Lua has compiled into its words and signs.
struct LuaLexer {
    private let bytes: [UInt8]
    private var index = 0
    private var line = 1
    private var lineStart = 0

    static func tokens(_ source: [UInt8]) -> [LuaToken] {
        var lexer = LuaLexer(bytes: source)
        var tokens: [LuaToken] = []
        while let token = lexer.next() { tokens.append(token) }
        tokens.append(LuaToken(kind: .end, text: "", place: lexer.place()))
        return tokens
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    /// Characters of the line before `counted`.
    private var column = 0
    private var counted = 0

    private mutating func place() -> TOMLPlace {
        if counted < lineStart { (counted, column) = (lineStart, 0) }
        // Characters, not bytes: the ones that go on with a character begin with 10.
        column += bytes[counted..<min(index, bytes.count)].count { $0 & 0xC0 != 0x80 }
        counted = index
        return TOMLPlace(line: line, column: column + 1)
    }

    private func byte(_ offset: Int = 0) -> UInt8? {
        index + offset < bytes.count ? bytes[index + offset] : nil
    }

    private mutating func advance(_ count: Int = 1) {
        for _ in 0..<count where index < bytes.count {
            if bytes[index] == UInt8(ascii: "\n") {
                line += 1
                lineStart = index + 1
            }
            index += 1
        }
    }

    private mutating func next() -> LuaToken? {
        skipSpaceAndComments()
        guard let first = byte() else { return nil }
        let start = index
        let place = place()
        func token(_ kind: LuaToken.Kind, _ range: Range<Int>) -> LuaToken {
            LuaToken(kind: kind, text: String(decoding: bytes[range], as: UTF8.self), place: place)
        }
        if first.isNameStart {
            while let next = byte(), next.isNameStart || next.isDigit { advance() }
            let word = token(.name, start..<index)
            return LuaToken.keywords.contains(word.text)
                ? LuaToken(kind: .keyword, text: word.text, place: place) : word
        }
        if first.isDigit || (first == UInt8(ascii: ".") && byte(1)?.isDigit == true) {
            skipNumber()
            return token(.number, start..<index)
        }
        if first == UInt8(ascii: "\"") || first == UInt8(ascii: "'") {
            advance()
            while let next = byte(), next != first {
                advance(next == UInt8(ascii: "\\") ? 2 : 1)
            }
            advance()
            return token(.string, start + 1..<max(index - 1, start + 1))
        }
        if let level = longBracket() {
            skipLong(level)
            return token(.string, start + level + 2..<max(index - level - 2, start + level + 2))
        }
        for sign in ["...", "..", "::", "==", "~=", "<=", ">=", "//", "<<", ">>"]
        where bytes[index...].starts(with: sign.utf8) {
            advance(sign.utf8.count)
            return token(.sign, start..<index)
        }
        advance()
        return token(.sign, start..<index)
    }

    private mutating func skipSpaceAndComments() {
        while let next = byte() {
            if next == 0x20 || (0x09...0x0D).contains(next) {
                advance()
            } else if next == UInt8(ascii: "-"), byte(1) == UInt8(ascii: "-") {
                advance(2)
                if let level = longBracket() {
                    skipLong(level)
                } else {
                    while let next = byte(), next != UInt8(ascii: "\n") { advance() }
                }
            } else {
                return
            }
        }
    }

    /// How many `=` are in the `[==[` that begins here; nil if none does.
    private func longBracket() -> Int? {
        guard byte() == UInt8(ascii: "[") else { return nil }
        var level = 0
        while byte(1 + level) == UInt8(ascii: "=") { level += 1 }
        return byte(1 + level) == UInt8(ascii: "[") ? level : nil
    }

    private mutating func skipLong(_ level: Int) {
        let end = [UInt8(ascii: "]")] + Array(repeating: UInt8(ascii: "="), count: level) + [UInt8(ascii: "]")]
        while index < bytes.count, !bytes[index...].starts(with: end) { advance() }
        advance(end.count)
    }

    private mutating func skipNumber() {
        while let next = byte() {
            let before = index > 0 ? bytes[index - 1] | 0x20 : 0
            let isExponent = before == UInt8(ascii: "e") || before == UInt8(ascii: "p")
            let isSign = (next == UInt8(ascii: "+") || next == UInt8(ascii: "-")) && isExponent
            guard next.isNameStart || next.isDigit || next == UInt8(ascii: ".") || isSign else { return }
            advance()
        }
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
    fileprivate var isNameStart: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) || self == UInt8(ascii: "_")
    }
}
