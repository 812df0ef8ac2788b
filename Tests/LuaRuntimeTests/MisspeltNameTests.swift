import LuaRuntime
import Testing

@Suite("Misspelt names at run time")
struct MisspeltNameTests {
    @Test(
        "An error about a nil global has the nearest name of a global",
        arguments: [
            ("prnit(1)", "(global 'prnit'); did you mean 'print'?"),
            ("tabel.sort({})", "(global 'tabel'); did you mean 'table'?"),
            ("count = 1 return conut + 1", "(global 'conut'); did you mean 'count'?"),
            ("local f = function() tostrng(1) end f()", "(global 'tostrng'); did you mean 'tostring'?"),
            ("coroutine.wrap(function() prnit(1) end)()", "(global 'prnit'); did you mean 'print'?"),
            ("local _, e = pcall(function() prnit(1) end) error(e, 0)", "(global 'prnit'); did you mean 'print'?"),
            (
                "local _, e = xpcall(function() prnit(1) end, function(e) return e end) error(e, 0)",
                "(global 'prnit'); did you mean 'print'?"
            ),
        ])
    func globals(script: String, end: String) async {
        let message = await luaError(script)?.message ?? ""
        #expect(message.hasSuffix("a nil value \(end)"), "\(message)")
    }

    @Test(
        "An error about another nil, or a name like no other, has Lua's message alone",
        arguments: [
            ("somewhere()", "(global 'somewhere')"), ("x()", "(global 'x')"),
            ("local prnit prnit()", "(local 'prnit')"),
            ("local own = { print = 1 } own.prnit()", "(field 'prnit')"), ("_ENV['print it']()", ")"),
            ("_G['prin\\0'] = 1 _G['prin\\n'] = 1 print = nil prin2()", "(global 'prin2')"),
        ])
    func others(script: String, end: String) async {
        let message = await luaError(script)?.message ?? ""
        #expect(message.hasSuffix(end) && !message.contains("did you mean"), "\(message)")
    }

    @Test("A script with very many globals gets an answer in bounded time")
    func many() async {
        let script = "for i = 1, 100000 do _G['global_' .. i] = i end globl_1()"
        let message = await luaError(script)?.message ?? ""
        #expect(message.contains("(global 'globl_1')"), "\(message)")
    }

    @Test("A misspelt variable of a session has the nearest one")
    func session() async throws {
        let vm = try LuaVM()
        try await vm.openSession { _ in }
        func run(_ text: String) async throws {
            let level = LuaTopLevel(LuaChunk(text, name: "input"))
            _ = try await vm.evaluate(level.chunk, declaring: level.names)
        }
        try await run("local picture = { width = 1 }")
        let error = await #expect(throws: LuaError.self) { try await run("local w = pictrue.width") }
        #expect(
            error?.message.hasSuffix("(global 'pictrue'); did you mean 'picture'?") == true,
            "\(String(describing: error))"
        )
    }
}
