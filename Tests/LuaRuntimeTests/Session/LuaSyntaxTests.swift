import Testing

@testable import LuaRuntime

@Suite("The words of Lua")
struct LuaSyntaxTests {
    @Test("Names are ASCII letters, digits and underscores, and no keywords", arguments: ["a", "_", "a1_B", "endIf"])
    func names(text: String) {
        #expect(LuaSyntax.isName(text))
    }

    @Test("Everything else is not a name", arguments: ["", "1a", "a-b", "é", "end", "goto", "a b", "a\u{301}"])
    func otherTexts(text: String) {
        #expect(!LuaSyntax.isName(text))
    }

    @Test("There are as many keywords as in the manual of Lua 5.4")
    func keywords() {
        #expect(LuaSyntax.keywords.count == 22)
    }
}
