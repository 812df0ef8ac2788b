import Foundation
import Testing

@testable import SpeedPixCommands

@Suite("Scripts that :save writes")
struct SavedSessionTests {
    /// What a session prints, its script prints, too.
    @Test(
        "A saved session prints the same as the session did",
        arguments: [
            ["local v = 3 return v", "print(v + 1)"],
            ["return 1, 2", "print(_)"],
            ["1, 2", "print(_)"],
            ["print 'a'", "(print)('b')", "; (print) 'c'"],
            ["for i = 1, 2 do ::next:: end goto done ::done::", "do goto done end ::done:: print('labels')"],
            ["local n = 1 ::again:: n = n + 1 if n < 3 then goto again end", "::again:: print(n)"],
            ["local x = 1 local function g() return x end", "local x = 5", "print(x, g())", "x = 6", "print(g())"],
            ["local k <const> = 1 function f() return k end", "local k = 2", "print(f())", "k = 3", "print(f())"],
            ["function f() return y end", "local y = 3", "print(f())"],
            ["local a = 1 if a then return end a = 2", "print('a', a)"],
            ["local c <close> = setmetatable({}, { __close = function() print('closed') end })", "print('after')"],
            ["local s = '<' local s = s .. '>'", "print(s)"],
        ])
    func doesTheSame(lines: [String]) async throws {
        let folder = try TestFolder()
        let session = await ScriptedSession(lines + [":save s.lua"], in: folder)
        let text = try String(contentsOfFile: "\(folder.path)/s.lua", encoding: .utf8)
        // Values that were shown are not output of the script's, but for those that it prints.
        let run = await CommandRun(["run", "s.lua", "--local", "--quiet"], in: folder)
        #expect(run.status == .success, "\(text)\(run.errors)")
        let printed = run.output.split(separator: "\n")
        let shown = session.output.split(separator: "\n")
        #expect(printed.last == shown.last, "\(text)\(session.output)\(session.errors)")
        #expect(!text.contains("left out"), "\(text)")
    }

    @Test("A saved session may have 250 locals, and leaves out lines that are not UTF-8")
    func manyLocals() async throws {
        let folder = try TestFolder()
        let many = (0..<250).map { "local v\($0) = \($0)\n" }.joined()
        let source = Array(many.utf8) + Array("x = '".utf8) + [0xFF] + Array("'\nprint(v0 + v249)\n:save s.lua\n".utf8)
        let session = await CommandRun(["repl", "--local"], in: folder, setting: { $0.readInput = { source } })
        #expect(session.output == "249\n", "\(session.errors)")
        let run = await CommandRun(["run", "s.lua", "--local", "--quiet"], in: folder)
        #expect(run.output == "249\n", "\(run.errors)")
        let text = try String(contentsOfFile: "\(folder.path)/s.lua", encoding: .utf8)
        #expect(text.contains("-- left out: a line with bytes in it that are not UTF-8 text\n"))
    }
}
