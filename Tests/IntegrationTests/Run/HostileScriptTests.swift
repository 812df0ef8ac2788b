import Foundation
import Testing

/// Scripts that want to bring the real program down: each ends with a message, within its time, and by no signal.
///
/// `SPEEDPIX_BINARY` names another program than the one that was built with the tests, such as a release build.
@Suite("Scripts that exhaust the program", .serialized, .timeLimit(.minutes(5)))
struct HostileScriptTests {
    /// Runs in a process with 6 GB of addresses, stacks of 1 MiB and 30 seconds.
    private func run(
        _ source: String, _ options: String = "", shell: String = "", in folder: TestFolder
    ) async throws -> (status: Int32, output: String) {
        try folder.write(source, to: "s.lua")
        let program = try ProcessInfo.processInfo.environment["SPEEDPIX_BINARY"] ?? Subprocess.speedpix
        let command = shell.isEmpty ? #"exec timeout -s KILL 30 "$SPEEDPIX" run s.lua --local $OPTIONS"# : shell
        return try await Subprocess.run(
            "/bin/bash", ["-c", "ulimit -v 6000000; ulimit -s 1024; \(command)"], folder: folder.path,
            environment: ["SPEEDPIX": program, "OPTIONS": options, "SWIFT_BACKTRACE": "enable=no"])
    }

    @Test(
        "A script that nests its data or calls too deep ends with an error",
        arguments: [
            "local function f(n) if n == 0 then error('x') end speedpix.spawn(f, n - 1) end f(20000)",
            "local t = {} for i = 1, 20000 do t = {t} end create('echo', {text = t})",
            "local t = {} for i = 1, 20000 do t = {t} end print(json.encode(t))",
            "json.decode(('['):rep(1e6))",
            "local s = ('('):rep(1e5) .. 'a' .. (')'):rep(1e5) print(s:find(s))",
            "local f = function(f) return pcall(f, f) end local ok = f(f) error('end')",
            "load(('('):rep(1e6))() ",
            "local t = setmetatable({}, {}) getmetatable(t).__index = t print(t.x)",
            "local s = 'return ' .. ('{'):rep(1e5) print(load(s)) error('end')",
        ])
    func depth(_ source: String) async throws {
        let end = try await run(source, in: TestFolder())
        #expect(end.status == 1 && end.output.contains("speedpix: "), "\(end.status) \(end.output.suffix(500))")
    }

    @Test(
        "An error value that expands to 2⁶⁰ values is refused as too large",
        arguments: [
            "error(t)", "speedpix.spawn(function() error(t) end)",
        ])
    func sharing(_ use: String) async throws {
        let source = "local t = {1} for i = 1, 60 do t = {t, t} end \(use) error('end')"
        let end = try await run(source, "--timeout 20", in: TestFolder())
        #expect(end.status == 1 && end.output.contains("speedpix: "), "\(end.status) \(end.output.suffix(500))")
        #expect(!end.output.contains("ran out of time"))
    }

    @Test(
        "A script that loops in C functions ends at its timeout",
        arguments: [
            "load(function() return ' ' end)",
            "local t = {} for i = 1, 90 do t[i] = i end while true do table.sort(t, math.ult) end",
            "local s = ('a'):rep(1e6) while true do s:gsub('a', string.upper) end",
            "while true do table.move(setmetatable({}, {__index = rawlen}), 1, 1 << 24, 1, {}) end",
            "while true do collectgarbage() end",
            "local s = ('a'):rep(1e8) while true do local x = s .. s end",
            "local a, b = ('a'):rep(1e8) .. 'x', ('a'):rep(1e8) .. 'y' while true do local x = a < b end",
            "while true do local x = ('a'):rep(2e8) end",
            "while true do local x = string.format('%s', ('a'):rep(1e8)) end",
            "while true do local x = json.decode('[' .. ('1,'):rep(1e7) .. '1]') end",
            "while true do local x = csv.parse(('a,b,c\\n'):rep(1e6)) end",
            "while true do pcall(error) end",
            "local s = ('a'):rep(40) s:find(('.-'):rep(30) .. 'b')",
            "while true do image.blank{width = 4000, height = 4000}:blur(60) end",
            "while true do fs.glob('./**') end",
        ])
    func loopsInC(_ source: String) async throws {
        let end = try await run(source, "--timeout 1", in: TestFolder())
        #expect(end.status == 1, "\(end.status) \(end.output.suffix(500))")
        #expect(end.output.contains("ran out of time") || end.output.contains("memory"), "\(end.output.suffix(500))")
    }

    /// The program with one pipe for what it writes, which nobody reads.
    private func unread(_ source: String, _ command: String, in folder: TestFolder) throws -> Subprocess {
        try folder.write(source, to: "s.lua")
        let program = try ProcessInfo.processInfo.environment["SPEEDPIX_BINARY"] ?? Subprocess.speedpix
        return try Subprocess(
            "/bin/bash", ["-c", "exec \(command)"], folder: folder.path,
            environment: ["SPEEDPIX": program, "SWIFT_BACKTRACE": "enable=no"])
    }

    @Test(
        "A script whose output nobody reads ends at its timeout",
        arguments: [
            #""$SPEEDPIX" run s.lua --local --timeout 1"#, #""$SPEEDPIX" run s.lua --local --timeout 1 --json"#,
            #""$SPEEDPIX" run s.lua --local --timeout 1 2> errors"#,
            #""$SPEEDPIX" run s.lua --local --timeout 1 > output"#,
        ])
    func streams(_ command: String) throws {
        let folder = try TestFolder()
        let source = "for i = 1, 1e4 do print(('x'):rep(1e3)) io.stderr:write(('y'):rep(1e3)) end while true do end"
        let process = try unread(source, command, in: folder)
        #expect(process.waitForEnd() == 1)
    }

    @Test("A signal ends a script whose output nobody reads", arguments: [SIGINT, SIGTERM])
    func signals(_ number: Int32) throws {
        let folder = try TestFolder()
        let process = try unread(
            "while true do print(('x'):rep(1000)) end", #""$SPEEDPIX" run s.lua --local 2> errors"#, in: folder)
        process.waitForFullOutput()
        kill(process.identifier, number)
        #expect(process.waitForEnd() == 128 + number)
        #expect(String(decoding: try folder.read("errors"), as: UTF8.self).contains("interrupted"))
    }

    @Test("A script that reads from a silent pipe ends at its timeout")
    func input() async throws {
        let folder = try TestFolder()
        try folder.write("io.read('a')", to: "s.lua")
        let silent = Pipe()
        let process = try Subprocess(
            Subprocess.speedpix, ["run", "s.lua", "--local", "--timeout", "1"], folder: folder.path, input: silent)
        let end = process.finish()
        #expect(end.status == 1 && end.output.contains("ran out of time"), "\(end.status) \(end.output.suffix(300))")
        try silent.fileHandleForWriting.close()
    }
}
