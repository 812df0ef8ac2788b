import SpeedPix
import Testing

@Suite("Printable text")
struct PrintableTests {
    @Test(
        "printable replaces control and direction characters with spaces",
        arguments: [
            "\u{1B}", "\u{7F}", "\u{9B}", "\u{2028}", "\u{2029}", "\u{202A}", "\u{202E}", "\u{2066}", "\u{2069}",
            "\u{200E}",
            "\u{200F}", "\u{61C}", "\u{FEFF}", "\u{AD}", "\u{E0041}", "\n", "\t",
        ])
    func controlCharacters(character: Character) {
        #expect("a\(character)b".printable() == "a b")
        let isLine = character == "\n" || character == "\t"
        #expect("a\(character)b".printable(keepingLines: true) == (isLine ? "a\(character)b" : "a b"))
    }

    @Test("printable shows a file name with a direction override in its true order")
    func overridden() {
        #expect("photo\u{202E}gnp.exe".printable() == "photo gnp.exe")
    }

    @Test("printable keeps joiners in scripts and emoji", arguments: ["👩‍🎨", "نمی‌خواهم", "क्‍ष", "茶", "é"])
    func joiners(text: String) {
        #expect(text.printable() == text)
    }

    @Test("quoted: quotes, backslashes, the ends of lines and what steers are escapes, and everything else stays")
    func quoted() {
        let text = "a\"b\\c\n\t\r\u{202E}é'"
        #expect(text.quoted { "<\(String($0.value, radix: 16))>" } == #""a\"b\\c\n\t\r<202e>é'""#)
    }
}
