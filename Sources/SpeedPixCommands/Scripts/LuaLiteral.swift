import LuaRuntime
import SpeedPix

/// Strings and keys as Lua source.
enum LuaLiteral {
    /// The text in quotes. What would steer a terminal or an editor is written as an escape, so that it can be seen.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.steers: result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

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
