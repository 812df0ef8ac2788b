import JSONText
import Testing

@Suite("JSON escapes")
struct JSONEscapeTests {
    @Test(
        "An escape becomes its character, and what follows is left",
        arguments: [
            ("n", "\n"), ("\"", "\""), ("\\", "\\"), ("/", "/"), ("b", "\u{8}"), ("f", "\u{C}"), ("r", "\r"),
            ("t", "\t"),
            ("u00e9", "é"), ("u20AC", "€"), ("uD83D\\uDE00", "😀"), ("u0000", "\0"),
        ])
    func decoded(_ escape: String, _ character: String) throws {
        let (result, at) = try decode(escape + "u0041")
        #expect(result == Array(character.utf8) && at == escape.utf8.count)
    }

    @Test(
        "A wrong escape is named, and where it is wrong",
        arguments: [
            ("", "unfinished", 0), ("x", "unknown(120)", 0), ("u12", "notHexadecimal", 3),
            ("u12g4", "notHexadecimal", 3),
            ("uDE00", "halfCharacter", 5), ("uD83D", "halfCharacter", 5), ("uD83D\\n", "halfCharacter", 5),
            ("uD83D\\u0041", "halfCharacter", 11), ("uD83D\\uDE", "notHexadecimal", 9),
        ])
    func refused(_ escape: String, _ problem: String, _ index: Int) {
        var (text, at) = ([UInt8](), 0)
        let error = #expect(throws: JSONEscape.Problem.self) {
            try Array(escape.utf8).withUnsafeBufferPointer { try JSONEscape.decode($0, at: &at, into: &text) }
        }
        #expect(error.map { "\($0)" } == problem && at == index && text.isEmpty)
    }

    private func decode(_ escape: String) throws -> (text: [UInt8], at: Int) {
        var (text, at) = ([UInt8](), 0)
        try Array(escape.utf8).withUnsafeBufferPointer { try JSONEscape.decode($0, at: &at, into: &text) }
        return (text, at)
    }
}
