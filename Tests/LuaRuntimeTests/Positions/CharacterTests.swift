import LuaRuntime
import Testing

@Suite("Characters that Lua does not know")
struct CharacterTests {
    @Test(
        "A text that does not compile because of a character names it, its place and what to type",
        arguments: [
            ("print（1)", "1:6: （ (U+FF08) stands here; type ( instead"),
            ("print(1）", "1:8: ） (U+FF09) stands here; type ) instead"),
            ("print(1，2)", "1:8: ， (U+FF0C) stands here; type , instead"),
            ("x = 1；y = 2", "1:6: ； (U+FF1B) stands here; type ; instead"),
            ("s：upper()", "1:2: ： (U+FF1A) stands here; type : instead"),
            ("x = “hello”", "1:5: “ (U+201C) stands here; type \" instead"),
            ("x = ‘hello’", "1:5: ‘ (U+2018) stands here; type ' instead"),
            ("x = ”hello”", "1:5: ” (U+201D) stands here; type \" instead"),
            ("x = ’hello’", "1:5: ’ (U+2019) stands here; type ' instead"),
            ("x = 3 － 2", "1:7: － (U+FF0D) stands here; type - instead"),
            ("x ＝ 1", "1:3: ＝ (U+FF1D) stands here; type = instead"),
            ("t。x = 1", "1:2: 。 (U+3002) stands here; type . instead"),
            ("t【1】 = 1", "1:2: 【 (U+3010) stands here; type [ instead"),
            ("t[1】 = 1", "1:4: 】 (U+3011) stands here; type ] instead"),
            ("t = ｛}", "1:5: ｛ (U+FF5B) stands here; type { instead"),
            ("t = {｝", "1:6: ｝ (U+FF5D) stands here; type } instead"),
            ("x = a 《 b", "1:7: 《 (U+300A) stands here; type < instead"),
            ("x = a 》 b", "1:7: 》 (U+300B) stands here; type > instead"),
            ("x = a ！= b", "1:7: ！ (U+FF01) stands here; type ~= instead of it and the equals sign"),
            ("x = a ！＝ b", "1:7: ！ (U+FF01) stands here; type ~= instead of it and the equals sign"),
            ("x = ！a", "1:5: ！ (U+FF01) stands here; type not instead"),
            ("x = a ～= b", "1:7: ～ (U+FF5E) stands here; type ~ instead"),
            ("x = a ≠ b", "1:7: ≠ (U+2260) stands here; type ~= instead"),
            ("x = a ≤ b", "1:7: ≤ (U+2264) stands here; type <= instead"),
            ("x = 3 × 2", "1:7: × (U+00D7) stands here; type * instead"),
            ("x = 3 – 2", "1:7: – (U+2013) stands here; type - instead"),
            ("x = f(…)", "1:7: … (U+2026) stands here; type ... instead"),
            ("x = {1、2}", "1:7: 、 (U+3001) stands here; type , instead"),
            ("x = １２ + 1", "1:5: １２ stands here in full-width characters; type 12 instead"),
            ("ｌｏｃａｌ x = 1", "1:1: ｌｏｃａｌ stands here in full-width characters; type local instead"),
            ("x =\u{A0}1", "1:4: an invisible character stands here, U+00A0 (no-break space); type a space instead"),
            (
                "x =\u{3000}1",
                "1:4: an invisible character stands here, U+3000 (ideographic space); type a space instead"
            ),
            ("pri\u{200B}nt(1)", "1:4: an invisible character stands here, U+200B (zero-width space); delete it"),
            ("x = 1\n\u{FEFF}y = 2", "2:1: an invisible character stands here, U+FEFF (byte order mark); delete it"),
            ("x\u{AD}y = 1", "1:2: an invisible character stands here, U+00AD (soft hyphen); delete it"),
            (
                "x = 1\u{2028}y = 2",
                "1:6: an invisible character stands here, U+2028 (line separator); type a line break instead"
            ),
            ("x = 🎉", "1:5: 🎉 (U+1F389) stands here, which Lua takes only in strings and comments"),
            ("x = “hello\"", "1:5: “ (U+201C) stands here; type \" instead"),
            (
                "x = \"hello”\ny = 1",
                "1:11: ” (U+201D) stands here in a string that is not closed; type \" to end the string"
            ),
            ("x = 'hello’", "1:11: ’ (U+2019) stands here in a string that is not closed; type ' to end the string"),
            // The column counts characters, and the line breaks of strings and comments count.
            ("s = '中文' .. “x”", "1:13: “ (U+201C) stands here; type \" instead"),
            ("s = [[\n“\n]] --[[ （\n]] x = （1)", "4:8: （ (U+FF08) stands here; type ( instead"),
            ("-- “注释”\r\n\tf（1)", "2:3: （ (U+FF08) stands here; type ( instead"),
            ("1＋2", "1:2: ＋ (U+FF0B) stands here; type + instead"),
            ("{“a”}", "1:2: “ (U+201C) stands here; type \" instead"),
            ("{1，2}", "1:3: ， (U+FF0C) stands here; type , instead"),
            ("s = '\\z\n  中' f（1)", "2:7: （ (U+FF08) stands here; type ( instead"),
        ])
    func characters(source: String, message: String) async {
        let error = await luaError(source)
        #expect(error?.kind == .syntax)
        #expect(error?.message == "test.lua:\(message)")
        #expect(
            error.map { "\($0.location?.line ?? 0):\($0.column ?? 0)" }
                == message.split(separator: ": ").first.map(String.init))
    }

    private static let onlyLatin = "is not a name in Lua, which takes only A-Z, a-z, 0-9 and _ for names; "

    @Test(
        "A name with other letters gets the form in brackets",
        arguments: [
            ("print(r.货号)", "1:9: 货号", "write r[\"货号\"]"),
            ("print(rows[1].货号)", "1:15: 货号", "write rows[1][\"货号\"]"),
            ("print(a.b.货号.x)", "1:11: 货号", "write a.b[\"货号\"]"),
            ("x = r.sku货号", "1:10: sku货号", "write r[\"sku货号\"]"),
            ("r.größe = 1", "1:5: größe", "write r[\"größe\"]"),
            ("r:货号()", "1:3: 货号", "write r[\"货号\"](r, …)"),
            ("t = { 货号 = 1 }", "1:7: 货号", "write [\"货号\"] = …"),
            ("t = { a = 1, 货号=1 }", "1:14: 货号", "write [\"货号\"] = …"),
            ("local 货号 = 1", "1:7: 货号", "use another name, or a field in brackets, as in r[\"货号\"]"),
            ("x = 'a' ..货号", "1:11: 货号", "use another name, or a field in brackets, as in r[\"货号\"]"),
        ])
    func names(source: String, name: String, hint: String) async {
        let error = await luaError(source)
        #expect(error?.message == "test.lua:\(name) \(Self.onlyLatin)\(hint)")
    }

    @Test("Other mistakes keep the compiler's message, and strings and comments take every character")
    func otherMistakes() async throws {
        #expect(await luaError("y = = 2\nf（1)")?.message == "test.lua:1: unexpected symbol near '='")
        #expect(await luaError("x = \"a")?.message.contains("unfinished string near") == true)
        #expect(await luaError("x = \"a")?.column == nil)
        let value = try await LuaFixture.run("--（\n--[[ ” ]]\nreturn '（' .. [[“]] .. \"\\z  ，\"")
        #expect(value == "（“，")
    }

    @Test("load tells scripts of such a character as well")
    func loadedText() async throws {
        let message = try await LuaFixture.run("local _, message = load('f（1)', '=typed') return message")
        #expect(message == "typed:1:2: （ (U+FF08) stands here; type ( instead")
    }

    // MARK: Encodings

    private static let gbk: [UInt8] = [0xBB, 0xF5, 0xBA, 0xC5]

    private static func utf16(_ text: String, isBigEndian: Bool = false) -> [UInt8] {
        text.utf8.flatMap { isBigEndian ? [0, $0] : [$0, 0] }
    }

    private static let badSources: [([UInt8], String)] = {
        var sources: [([UInt8], String)] = []
        func add(_ parts: [[UInt8]], _ message: String) { sources.append((parts.flatMap { $0 }, message)) }
        add([Array("x = 1 -- ".utf8), gbk], "1:10: this is not UTF-8 text, but looks like GBK (GB18030)")
        add([Array("x = 1\ny = '".utf8), gbk, [0x27]], "2:6: this is not UTF-8 text, but looks like GBK")
        add([Array("-- caf".utf8), [0xE9, 0x20]], "1:7: this is not UTF-8 text; save the file as UTF-8")
        add([[0xFF, 0xFE], utf16("x=1")], "1:1: this is UTF-16 text")
        add([[0xFE, 0xFF], utf16("x=1", isBigEndian: true)], "1:1: this is UTF-16 text")
        add([utf16("x=1")], "1:1: this is UTF-16 text")
        add([utf16("x=1", isBigEndian: true)], "1:1: this is UTF-16 text")
        add([[0xED, 0xA0, 0x80]], "1:1: this is not UTF-8 text; save")
        add([[0xC0, 0x80]], "1:1: this is not UTF-8 text; save")
        return sources
    }()

    @Test("A source that is not UTF-8 is named by its encoding with what helps", arguments: badSources)
    func encodings(source: [UInt8], message: String) throws {
        let error = try #require(LuaChunk(source, name: "s.lua").encodingError)
        #expect(error.message.hasPrefix("s.lua:\(message)"), "\(error.message)")
        #expect(error.message.hasSuffix("save the file as UTF-8") && error.kind == .syntax)
    }

    @Test("A source in GBK that does not compile is named as GBK")
    func encodingOfWhatDoesNotCompile() {
        let source = Array("x = ".utf8) + Self.gbk
        let error = #expect(throws: LuaError.self) { try LuaChunk(source, name: "s.lua").globals() }
        #expect(error?.message.contains("looks like GBK") == true)
    }

    @Test(
        "UTF-8 text has no error of its encoding, with a byte order mark or without",
        arguments: ["", "x = '货号 🎉'", "\u{FEFF}x = 1"])
    func wellEncoded(text: String) {
        #expect(LuaChunk(text, name: "s.lua").encodingError == nil)
    }
}
