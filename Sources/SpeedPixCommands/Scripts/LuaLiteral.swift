import LuaRuntime
import SpeedPix

/// Strings and keys as Lua source.
enum LuaLiteral {
    /// The text in quotes.
    static func quoted(_ text: String) -> String { text.quoted(escape: LuaSyntax.escape) }

    /// Bytes that are not text, in quotes: all but visible ASCII in hexadecimal.
    static func quoted(bytes: some Sequence<UInt8>) -> String {
        var result = "\""
        for byte in bytes {
            let isPlain = (0x20..<0x7F).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
            result += isPlain ? String(UnicodeScalar(byte)) : (byte < 16 ? "\\x0" : "\\x") + String(byte, radix: 16)
        }
        return result + "\""
    }

    /// The key of a field in a table's constructor: a name as it is, everything else in brackets.
    static func key(_ text: String) -> String {
        LuaSyntax.isName(text) ? text : "[\(quoted(text))]"
    }
}
