import LuaRuntime
import Testing

@Suite("Top-level locals")
struct TopLevelTests {
    private func rewritten(_ source: String) -> String {
        String(decoding: LuaTopLevel(LuaChunk(source, name: "t")).chunk.source, as: UTF8.self)
    }

    private func names(_ source: String) -> [String] {
        LuaTopLevel(LuaChunk(source, name: "t")).names
    }

    @Test(
        "Top-level locals are rewritten as variables of the session",
        arguments: [
            ("local x = 1", "      x = 1"),
            ("local x, y = f()", "      x, y = f()"),
            ("local x", "      x = nil;"),
            ("local a, b print(a)", "      a, b = nil; print(a)"),
            ("local x <const> = 1", "      x         = 1"),
            ("local a <const>, b = 1, 2", "      a        , b = 1, 2"),
            (
                "local function f() local inner = 1 return inner end",
                "      function f() local inner = 1 return inner end"
            ),
            ("x = 1\n\nlocal y = 2 -- local z = 3", "x = 1\n\n      y = 2 -- local z = 3"),
        ])
    func localsBecomeVariables(source: String, expected: String) {
        #expect(rewritten(source) == expected)
    }

    @Test(
        "Inner locals, <close> variables, strings and comments are not rewritten",
        arguments: [
            "local file <close> = open()", "local a <const>, b <close> = 1, f()", "local _ENV = {}",
            "do local x = 1 end", "for i = 1, 2 do local x = i end", "while f() do local x = 1 end",
            "if a then local x = 1 elseif b then local y else local z end", "repeat local x = f() until x",
            "function f() local x end", "t = { f = function() local x = 1 end }",
            "s = 'local x = 1'", "s = \"local \\\" local x\"", "s = [[\nlocal x = 1\n]]", "s = [==[ ]] local x ]==]",
            "-- local x = 1", "--[[ local x\n]] y = 1", "--[==[\nlocal x ]] \n]==] y = 1", "n = 0x1p-3 m = 3e+2",
        ])
    func otherTextIsUnchanged(source: String) {
        #expect(rewritten(source) == source)
        #expect(names(source).isEmpty)
    }

    @Test("The top level of a chunk lists its locals and constants")
    func localsAndConstants() {
        let level = LuaTopLevel(
            LuaChunk("local a <const>, b = 1, 2 local function c() end local a = 3 do local d end local e", name: "t"))
        #expect(level.names == ["b", "c", "a", "e"])
        // Declared again, without the attribute.
        #expect(level.constants.isEmpty)
        #expect(LuaTopLevel(LuaChunk("local a <const>, b = 1, 2", name: "t")).constants == ["a"])
    }

    @Test("Locals that follow a block are found at the top level")
    func localsAfterABlock() {
        #expect(names("if f then g() end local x = 1") == ["x"])
        #expect(names("repeat f() until g() local x = 1") == ["x"])
        #expect(names("for k in pairs(t) do f(function() end) end local x = 1") == ["x"])
        #expect(names("local f = function() if x then return end end local y = 2") == ["f", "y"])
    }

    @Test("A second local with the name of a <close> variable is not rewritten")
    func laterLocalOfACloseName() {
        // The second assignment would otherwise go to the first one's constant.
        let source = "local f <close> = g() local f = 1"
        #expect(rewritten(source) == source)
    }

    @Test("Rewritten chunks compile")
    func everyRewrittenChunkCompiles() throws {
        for source in [
            "local x = 1 (print)(x)", "local x; (print)(x)", "local x\n(print)(x)", "local a <const> = 1 return a",
            "local function f(...) local x <close> = nil return ... end",
        ] {
            _ = try LuaTopLevel(LuaChunk(source, name: "t")).chunk.globals()
        }
    }
}
