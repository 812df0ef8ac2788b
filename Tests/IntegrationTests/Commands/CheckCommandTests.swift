import Foundation
import SpeedPixCommands
import Testing

@Suite("speedpix check")
struct CheckCommandTests {
    private func check(_ script: String) async throws -> CommandRun {
        await CommandRun(["check", "-"], in: try TestFolder(), input: script)
    }

    @Test(
        "check reports each mistake with its place and the nearest name",
        arguments: [
            // Syntax, with the place of the word that Lua names.
            ("local x = 1\n  y = = 2", "stdin:2:7: error: unexpected symbol near '='\n"),
            ("if x then", "stdin:1:1: error: 'end' expected near <eof>\n"),
            (
                "local x = 1\nrun('w', { seed = 15417283946501827364 })",
                "stdin:2:19: error: 15417283946501827364 is beyond 2^63 - 1, Lua's largest integer, and would be rounded: write uint64(\"15417283946501827364\")\n"
            ),
            (
                "print(uint64('1')) uint46('1')",
                "stdin:1:20: error: there is no global \"uint46\"; did you mean \"uint64\"?\n"
            ),
            // Globals.
            ("prnt(1)", "stdin:1:1: error: there is no global \"prnt\"; did you mean \"print\"?\n"),
            ("x = sleep(1)", "stdin:1:5: error: there is no global \"sleep\"; use speedpix.sleep(seconds)\n"),
            ("do local a end print(a)", "stdin:1:22: error: there is no global \"a\"\n"),
            ("repeat local a until a; print(a)", "stdin:1:31: error: there is no global \"a\"\n"),
            ("local a = a", "stdin:1:11: error: there is no global \"a\"\n"),
            ("local s = 'ä' .. prnt", "stdin:1:18: error: there is no global \"prnt\"; did you mean \"print\"?\n"),
            // Names of modules, through locals as well.
            ("speedpix.mapp({}, print)", "stdin:1:10: error: there is no speedpix.mapp; did you mean \"map\"?\n"),
            (
                "local sp = speedpix\nsp.settel({})",
                "stdin:2:4: error: there is no speedpix.settel; did you mean \"settle\"?\n"
            ),
            ("print(string.fomat('x'))", "stdin:1:14: error: there is no string.fomat; did you mean \"format\"?\n"),
            // Objects of the API.
            (
                "local j = create('w')\nprint(j.staus)",
                "stdin:2:9: error: prediction has no \"staus\"; did you mean \"status\"?\n"
            ),
            ("create('w'):wiat()", "stdin:1:13: error: prediction has no method \"wiat\"; did you mean \"wait\"?\n"),
            (
                "image.open('x'):resize({ width = 2 }):blurr()",
                "stdin:1:39: error: picture has no method \"blurr\"; did you mean \"blur\"?\n"
            ),
            (
                "local r = run('w')\nr.images:svae('x')",
                "stdin:2:10: error: no object has a method \"svae\"; did you mean \"save\"?\n"
            ),
            // Options.
            (
                "run('w', {}, { aliasid = 'x' })",
                "stdin:1:16: error: run has no option \"aliasid\"; did you mean \"alias_id\"?\n"
            ),
            (
                "local j = create('w') j:wait { timout = 1 }",
                "stdin:1:32: error: prediction:wait has no option \"timout\"; did you mean \"timeout\"?\n"
            ),
            (
                "json.encode({}, { indnt = 1, sort_keys = true })",
                "stdin:1:19: error: json.encode has no option \"indnt\"; did you mean \"indent\"?\n"
            ),
            (
                "speedpix.params { n = { requird = true } }",
                "stdin:1:25: error: a parameter has no field \"requird\"; did you mean \"required\"?\n"
            ),
            (
                "speedpix.params { n = { type = 'flie' } }",
                "stdin:1:25: error: there is no type \"flie\" of parameters; did you mean \"file\"?\n"
            ),
        ])
    func mistakesAreNamedWithTheirPlace(script: String, output: String) async throws {
        let run = try await check(script)
        #expect(run.output == output && run.errors.isEmpty, "\(run.errors)")
        #expect(run.status == .failure)
    }

    @Test(
        "check tells what to use instead of names of other Luas, and of parameters that are not declared",
        arguments: [
            ("print(unpack({}))", "stdin:1:7: error: there is no global \"unpack\"; use table.unpack\n"),
            (
                "os.exit(1)",
                "stdin:1:4: error: there is no os.exit; a script ends with its last line, or with error(message, 0)\n"
            ),
            ("local t = table\nt.getn({})", "stdin:2:3: error: there is no table.getn; use #list\n"),
            (
                "for _, a in ipairs(arg) do print(a) end",
                "stdin:1:20: error: there is no global \"arg\"; declare what the script takes with speedpix.params\n"
            ),
            (
                "if #arg > 0 then end",
                "stdin:1:5: error: there is no global \"arg\"; declare what the script takes with speedpix.params\n"
            ),
            ("print(math.pow(2, 3))", "stdin:1:12: error: there is no math.pow; use x ^ y\n"),
            ("print(utf8.len('x'), utf8.length('x'))", "stdin:1:27: error: there is no utf8.length; use utf8.len\n"),
            ("local s = 'x' print(s:utf8len())", "stdin:1:23: error: strings have no \"utf8len\"; use utf8.len\n"),
            (
                "local params = speedpix.params { folder = {} }\nprint(params.foldr)",
                "stdin:2:14: error: the script declares no parameter \"foldr\"; did you mean \"folder\"?\n"
            ),
            (
                "print(speedpix.params({ ['ab'] = {} }).ac)",
                "stdin:1:40: error: the script declares no parameter \"ac\"; did you mean \"ab\"?\n"
            ),
            ("print（1)", "stdin:1:6: error: （ (U+FF08) stands here; type ( instead\n"),
            (
                "local r = {}\nprint(r.货号)",
                "stdin:2:9: error: 货号 is not a name in Lua, which takes only A-Z, a-z, 0-9 and _ for names; write r[\"货号\"]\n"
            ),
        ])
    func otherLuas(script: String, output: String) async throws {
        let run = try await check(script)
        #expect(run.output == output && run.errors.isEmpty && run.status == .failure)
    }

    @Test("check, run and require name a file in GBK as such, also one that compiles")
    func filesInAnotherEncoding() async throws {
        let folder = try TestFolder()
        let bytes = Array("return '".utf8) + [0xBB, 0xF5, 0xBA, 0xC5] + Array("'".utf8)
        try Data(bytes).write(to: URL(filePath: "\(folder.path)/s.lua"))
        try folder.write("print(require 's')", to: "main.lua")
        for arguments in [
            ["check", "s.lua"], ["run", "s.lua", "--local"], ["run", "main.lua", "--local"],
            ["run", "s.lua", "--help"],
        ] {
            let run = await CommandRun(arguments, in: folder)
            #expect(run.status == .failure)
            #expect((run.output + run.errors).contains("s.lua:1:9: "), "\(arguments) \(run.output)\(run.errors)")
            #expect((run.output + run.errors).contains("looks like GBK (GB18030)"), "\(run.output)\(run.errors)")
        }
    }

    @Test(
        "check warns of values that make a resumed run create again",
        arguments: [
            ("run('w', { t = os.time() })", "1:16: warning: os.time gives another value"),
            ("create('w', { t = { os.date() } })", "1:21: warning: os.date gives another value"),
            ("for k in pairs({}) do\n  run('w', { text = k })\nend", "2:3: warning: pairs has another order"),
            ("for k in pairs({}) do print(math.random()) end", "1:29: warning: pairs has another order"),
            ("local c = create for k in pairs({}) do c('w') end", "1:40: warning: pairs has another order"),
        ])
    func repetition(script: String, warning: String) async throws {
        let run = await CommandRun(["check", "-"], in: try TestFolder(), input: script)
        #expect(run.status == .success && run.output.hasPrefix("stdin:\(warning)"), "\(run.output)\(run.errors)")
        #expect(run.output.split(separator: "\n").count == 1)
    }

    @Test(
        "check does not warn of values that are kept by once or have an order",
        arguments: [
            "run('w', { t = speedpix.once('t', function() return os.time() end) })",
            "for i, k in ipairs({}) do run('w', { text = k }) end print(os.time())",
            "local pairs = ipairs for k in pairs({}) do run('w') end", "for k in pairs({}) do print(k) end run('w')",
        ])
    func noRepetition(script: String) async throws {
        let run = await CommandRun(["check", "-"], in: try TestFolder(), input: script)
        #expect(run.status == .success && run.output.isEmpty, "\(run.output)")
    }

    @Test(
        "check prints nothing for correct scripts",
        arguments: [
            "", "#!/usr/bin/env speedpix\nprint(1)", "x = 1\nfunction f(a, ...) return x, a, ... end f()",
            "local t = {}\nfunction t:svae() self.x = 1 end\nt:svae()\nt.y.z = 2",
            "local function loop(n) return n > 0 and loop(n - 1) or n end loop(3)",
            "for i, v in ipairs({ 1 }) do print(i, v) end for i = 1, 2 do print(i) end",
            "goto done\n::done::", "local a <const>, b <close> = 1, nil print(a, b)",
            "print(#'x' .. -1 + 2 ^ ~3 // 4, not true, [[\nlong]], 0x1p-2, 1e+5) --[==[ x = = ]==]",
            "_G.made = 1 print(made)", "local env = _ENV print(anything)", "setmetatable(_G, {}) print(anything)",
            "run('w', { aliasid = 'an input may have any name' })", "local run = print run('w', {}, { aliasid = 1 })",
            "local j = create('w') j = {} print(j.staus)", "print(('x'):upper(), #arg_list) arg_list = {}",
            "if x then elseif y then else end x, y = 1, 2", "local s = \"a\\\"b\" print(s:len()) return s",
            "speedpix.first { create('a'), create('b') }",
            "print(utf8.char(65), coroutine.wrap(print), math.pi, _VERSION)",
            "local unpack = unpack or table.unpack unpack({})",
            "if type(bit32) == 'table' then print(bit32.band(1, 2)) end",
            "if os.exit then os.exit(1) end", "unpack = table.unpack unpack({})",
            "local p = speedpix.params { a = {} } p.b = 1 print(p.a, p.b)",
            "local k = ('x'):rep(2) local p = speedpix.params { [k] = {} } print(p.y)",
            "while true do break end repeat local q = 1 until q == 1", "return { aliasid = 1 };",
        ])
    func correctScripts(script: String) async throws {
        let run = try await check(script)
        #expect(run.status == .success && run.output.isEmpty && run.errors.isEmpty, "\(run.output)")
    }

    @Test("check finds no mistake in the scripts of this repository")
    func everyScriptThatIsShippedIsClean() async throws {
        let folders = ["examples", "Tests/IntegrationTests/Scripts", "Sources/SpeedPixGateway/Backends/Local/Scripts"]
        var paths: [String] = []
        for folder in folders.dropLast() {
            let root = "\(TestFolder.repository)/\(folder)"
            let names = try FileManager.default.subpathsOfDirectory(atPath: root).filter { $0.hasSuffix(".lua") }
                // Scripts of another program, which has modules of its own; HostTests runs them.
                .filter { !$0.hasPrefix("LuaHost/") }
            paths += names.map { "\(root)/\($0)" }
        }
        #expect(!paths.isEmpty)
        let run = await CommandRun(["check"] + paths, in: try TestFolder())
        #expect(run.status == .success, "\(run.output)")
    }

    @Test("check knows the globals that other files define")
    func globalsOfModulesAreKnown() async throws {
        let folder = try TestFolder()
        try folder.write("require 'shapes' print(circle(1), squre(2))", to: "main.lua")
        try folder.write("function circle() end function square() end require 'main'", to: "shapes.lua")
        let run = await CommandRun(["check", "main.lua", "shapes.lua"], in: folder)
        #expect(run.output == "main.lua:1:35: error: there is no global \"squre\"; did you mean \"square\"?\n")
    }

    @Test("check ends with the usage status for missing files, folders and no arguments")
    func missingFiles() async throws {
        let folder = try TestFolder()
        for arguments in [["nope.lua"], ["."], []] {
            let run = await CommandRun(["check"] + arguments, in: folder)
            #expect(run.status == .usage && !run.errors.isEmpty)
        }
    }

    @Test("check reports the mistakes of other files when one is missing")
    func aMissingFileHidesNoOthersMistakes() async throws {
        let folder = try TestFolder()
        try folder.write("x =", to: "b.lua")
        let run = await CommandRun(["check", "nope.lua", "b.lua"], in: folder)
        #expect(run.status == .usage && run.errors.contains("nope.lua"), "\(run.errors)")
        #expect(run.output.hasPrefix("b.lua:1:"), "\(run.output)")
    }

    /// The script is never run, whatever is in it; and what does not compile is a finding, not a crash.
    @Test("check never runs the script")
    func checkRunsNothing() async throws {
        let folder = try TestFolder()
        try folder.write("io.open('made', 'w'):close() while true do end", to: "s.lua")
        let run = await CommandRun(["check", "s.lua"], in: folder)
        #expect(run.status == .success && folder.contents == ["s.lua"])
        let deep = try await check("x = " + String(repeating: "(", count: 100_000))
        #expect(deep.status == .failure && deep.output.contains(":1:"))
        // Two hundred thousand words in one line.
        let long = try await check(String(repeating: "qq=zz ", count: 100_000) + "print(ww)")
        #expect(long.status == .failure && long.output.split(separator: "\n").count <= 200)
        let binary = try await check("\u{1B}Lua\u{0}\u{1}")
        #expect(binary.status == .failure && !binary.output.contains("\u{1B}"))
    }
}
