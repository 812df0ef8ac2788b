import LuaRuntime

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
    var position: TextPosition

    /// The tokens of a text that Lua has compiled, with one for its end.
    static func list(_ source: [UInt8]) -> [LuaToken] {
        let lexer = LuaLexer(source)
        var (line, column, counted) = (1, 0, 0)
        func position(of offset: Int) -> TextPosition {
            for byte in source[counted..<offset] {
                if byte == UInt8(ascii: "\n") {
                    (line, column) = (line + 1, 0)
                } else if byte & 0xC0 != 0x80 {
                    // Characters, not bytes: the ones that go on with a character begin with 10.
                    column += 1
                }
            }
            counted = offset
            return TextPosition(line: line, column: column + 1)
        }
        var tokens = lexer.map { token in
            let text = lexer.text(token)
            let position = position(of: token.range.lowerBound)
            return switch token.kind {
            case .word:
                LuaToken(kind: LuaSyntax.keywords.contains(text) ? .keyword : .name, text: text, position: position)
            case .number: LuaToken(kind: .number, text: text, position: position)
            case .string, .unfinished: LuaToken(kind: .string, text: content(ofString: text), position: position)
            case .symbol: LuaToken(kind: .sign, text: text, position: position)
            }
        }
        tokens.append(LuaToken(kind: .end, text: "", position: position(of: source.count)))
        return tokens
    }

    /// What is between the quotes or the long brackets.
    private static func content(ofString text: String) -> String {
        guard text.hasPrefix("[") else { return String(text.dropFirst().dropLast()) }
        let bracket = 2 + text.dropFirst().prefix { $0 == "=" }.count
        return String(text.dropFirst(bracket).dropLast(bracket))
    }
}
