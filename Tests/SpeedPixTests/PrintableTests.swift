import SpeedPix
import Testing

@Suite("Text from elsewhere, as terminals and logs show it")
struct PrintableTests {
    @Test(
        "What steers a terminal or turns text around becomes a space",
        arguments: [
            "\u{1B}", "\u{7F}", "\u{9B}", "\u{2028}", "\u{2029}", "\u{202A}", "\u{202E}", "\u{2066}", "\u{2069}",
            "\u{200E}",
            "\u{200F}", "\u{61C}", "\u{FEFF}", "\u{AD}", "\u{E0041}", "\n", "\t",
        ])
    func steers(character: Character) {
        #expect("a\(character)b".printable() == "a b")
        let isLine = character == "\n" || character == "\t"
        #expect("a\(character)b".printable(keepingLines: true) == (isLine ? "a\(character)b" : "a b"))
    }

    @Test("A name that shows its end as its beginning shows what it is")
    func overridden() {
        #expect("photo\u{202E}gnp.exe".printable() == "photo gnp.exe")
    }

    @Test("Scripts and emoji that are written with joiners stay whole", arguments: ["👩‍🎨", "نمی‌خواهم", "क्‍ष", "茶", "é"])
    func joiners(text: String) {
        #expect(text.printable() == text)
    }
}
