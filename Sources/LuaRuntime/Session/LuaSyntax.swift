/// The words and names of Lua.
package enum LuaSyntax {
    /// The reserved words of Lua 5.4.
    package static let keywords: Set<String> = [
        "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local", "nil",
        "not", "or", "repeat", "return", "then", "true", "until", "while",
    ]

    /// Whether the text is a name that a variable may have, or a table's key without brackets.
    package static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, first.isWordStart else { return false }
        return text.utf8.allSatisfy(\.isWordPart) && !keywords.contains(text)
    }

    /// The escape of a character in a string's literal, by its number.
    package static func escape(_ scalar: Unicode.Scalar) -> String {
        "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
    }
}

extension UInt8 {
    var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
    /// Whether a name or a keyword may begin with it.
    var isWordStart: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) || self == UInt8(ascii: "_")
    }
    /// Whether a name or a keyword may go on with it.
    var isWordPart: Bool { isWordStart || isDigit }
}
