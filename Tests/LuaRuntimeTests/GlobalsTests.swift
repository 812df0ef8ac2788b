import LuaRuntime
import Testing

@Suite("Globals of a compiled chunk")
struct GlobalsTests {
    /// "read@1 write=2": names with @ and the line where they are read, = and the line where they are written.
    private static let samples: [(String, String)] = [
        ("print(1)", "print@1"),
        ("x = 1", "x=1"),
        ("x = x + 1", "x@1 x=1"),
        ("local x = 1\nx = x + 1", ""),
        ("local print = print\nprint(x)", "print@1 x@2"),
        ("function f() return g end", "g@1 f=1"),
        ("local function f(a)\n  local b = a\n  return function()\n    c = b + d\n  end\nend", "d@4 c=4"),
        ("obj:method(arg)", "obj@1 arg@1"),
        ("function obj.field.f() end", "obj@1"),
        ("function obj:m() self.x = y end", "y@1 obj@1"),
        ("local _ENV = {}\nx = y", ""),
        ("local _ENV <const> = { print = print }\nprint(x)", "print@1"),
        ("local function f(_ENV) return x end\nreturn y", "y@2"),
        ("do local _ENV = {} x = 1 end\ny = 2", "y=2"),
        ("local _ENV = {}\nlocal function f() z = 1 return function() return w end end", ""),
        ("_ENV.x = _ENV.y", "y@1 x=1"),
        ("local e = _ENV\ne.x = e.y", "y@2 x=2"),
        ("local e = _ENV\ne = {}\ne.x = e.y", ""),
        ("_ENV['a b'] = 1", "a b=1"),
        ("_ENV[k] = 1", "k@1"),
        ("for i = 1, n do use(i) end\nfor k in pairs(t) do k = k end", "n@1 use@1 pairs@2 t@2"),
        ("local t = { a = 1, [b] = c, d }", "b@1 c@1 d@1"),
        ("return a and b or c", "a@1 b@1 c@1"),
        ("goto done\nx = 1\n::done::", "x=2"),
        ("\n\n\n\nreturn\nwanted", "wanted@6"),
        ("#!/usr/bin/env lua\nreturn x", "x@2"),
        ("return ...", ""),
    ]

    private func show(_ globals: [LuaGlobal]) -> String {
        globals.map { "\($0.name)\($0.isWrite ? "=" : "@")\($0.line)" }.joined(separator: " ")
    }

    @Test("globals() lists each global with the line where it is read or written", arguments: samples)
    func listOfGlobals(source: String, expected: String) throws {
        #expect(show(try LuaChunk(source, name: "x.lua").globals()) == expected)
    }

    /// Beyond 255 constants, the compiler goes through registers.
    @Test("globals() finds all globals in a chunk with more than 255 constants")
    func moreThan255Constants() throws {
        func block(_ numbers: Range<Int>) -> String {
            "do " + numbers.map { "local t = { 'text \($0)' }" }.joined(separator: " ") + " end "
        }
        let source =
            block(0..<150) + block(150..<300)
            + "\nfar = near + far:deep(a.b)\nfar = a and b\nlocal x = function() inner = 1 end"
        #expect(
            show(try LuaChunk(source, name: "x.lua").globals())
                == "near@2 far@2 a@2 far=2 a@3 b@3 far=3 inner=4")
    }

    @Test("globals() gets names of 300 characters and lines beyond 5,000 right")
    func longNamesAndHighLines() throws {
        let name = String(repeating: "n", count: 300)
        let source = "\(name) = 1" + String(repeating: "\n", count: 5000) + "x = \(name)"
        #expect(show(try LuaChunk(source, name: "x.lua").globals()) == "\(name)=1 \(name)@5001 x=5001")
    }

    @Test("globals() reports a syntax error with its line, and refuses bytecode")
    func chunkThatDoesNotCompile() {
        #expect {
            _ = try LuaChunk("x =", name: "x.lua").globals()
        } throws: { error in
            (error as? LuaError)?.kind == .syntax && (error as? LuaError)?.location?.line == 1
        }
        #expect(throws: LuaError.self) { try LuaChunk([0x1B] + Array("Lua".utf8), name: "x").globals() }
    }

    @Test(
        "A syntax error tells incomplete text and wide numerals apart, however the text is compiled",
        arguments: [
            ("x =", LuaError.SyntaxProblem.incomplete), ("return 9223372036854775808", .wideNumeral), ("x y", nil),
            ("x = \"near <eof>\n", nil),
        ])
    func syntaxProblems(source: String, problem: LuaError.SyntaxProblem?) async throws {
        let chunk = LuaChunk(source, name: "not enough memory")
        let listed = #expect(throws: LuaError.self) { try chunk.globals() }
        #expect(listed?.kind == .syntax && listed?.syntaxProblem == problem)
        let vm = try LuaVM()
        let run = await #expect(throws: LuaError.self) { try await vm.run(chunk) }
        #expect(run?.kind == .syntax && run?.syntaxProblem == problem)
        #expect(run?.message == listed?.message)
        try await vm.openSession { _ in }
        let evaluated = await #expect(throws: LuaError.self) { try await vm.evaluate(chunk) }
        #expect(evaluated?.kind == .syntax && evaluated?.syntaxProblem == problem)
    }

    @Test("globals() lists exactly the globals that patterns.lua reads")
    func globalsOfATestScript() throws {
        let names = Set(try TestScript.chunk("patterns.lua").globals().filter { !$0.isWrite }.map(\.name))
        #expect(
            names == [
                "math", "table", "tostring", "select", "string", "pcall", "stock", "error", "ipairs", "assert", "type",
            ])
    }
}
