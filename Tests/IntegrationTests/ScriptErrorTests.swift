import Testing

@Suite("Errors and options of scripts in run")
struct ScriptErrorTests {
    @Test("run shows the line of an error between its neighbors")
    func theLineIsMarkedAmongItsNeighbours() async throws {
        let folder = try TestFolder()
        try folder.write("local a = 1\nlocal b = a.x.y\nprint(b)\n", to: "s.lua")
        let run = await CommandRun(["run", "s.lua", "--local"], in: folder)
        #expect(run.errors.contains("  1 | local a = 1\n> 2 | local b = a.x.y\n  3 | print(b)"), "\(run.errors)")
    }

    @Test("run shows the line of an error in a module")
    func linesOfModulesAreShown() async throws {
        let folder = try TestFolder()
        try folder.write("require 'lib'.go()", to: "s.lua")
        try folder.write("local lib = {}\n\nfunction lib.go()\n  fs.raed('x')\nend\nreturn lib\n", to: "lib.lua")
        let run = await CommandRun(["run", "s.lua", "--local"], in: folder)
        #expect(run.errors.contains("lib.lua:4: "), "\(run.errors)")
        #expect(run.errors.contains("  3 | function lib.go()\n> 4 |   fs.raed('x')\n  5 | end"), "\(run.errors)")
        #expect(run.errors.contains("hint: did you mean 'read'?"), "\(run.errors)")
    }

    @Test("save of a result refuses options and names image.open", arguments: [[], ["--dry-run"]])
    func saveWithOptions(options: [String]) async throws {
        let folder = try TestFolder()
        try folder.write("run('echo', { image = './s.lua' }).images:save('a.lua', { quality = 3 })", to: "s.lua")
        let run = await CommandRun(["run", "s.lua", "--local"] + options, in: folder)
        #expect(run.errors.contains("save takes no quality and no format"), "\(run.errors)")
        #expect(run.errors.contains("hint: image.open(file):save(path, { quality = 85 })"), "\(run.errors)")
    }

    @Test("--allow-read, --allow-write and --allow-env widen the sandbox, but not for the secret")
    func optionsWidenTheSandbox() async throws {
        let (folder, outside) = (try TestFolder(), try TestFolder())
        try outside.write("theirs", to: "a.txt")
        try folder.write(
            """
            print(pcall(fs.read, "\(outside.path)/a.txt"))
            print(pcall(fs.write, "\(outside.path)/b.txt", "mine"))
            print(pcall(os.getenv, "MODE"))
            print(pcall(os.getenv, "SPEEDPIX_APP_SECRET"))
            """, to: "s.lua")
        let environment = ["MODE": "fast", "SPEEDPIX_APP_KEY": "k", "SPEEDPIX_APP_SECRET": "hidden-secret"]
        let closed = await CommandRun(["run", "s.lua"], in: folder, environment: environment)
        #expect(
            closed.output.split(separator: "\n").filter { $0.hasPrefix("false\ts.lua:") }.count == 4, "\(closed.output)"
        )
        #expect(outside.contents == ["a.txt"])
        let open = await CommandRun(
            [
                "run", "s.lua", "--allow-read", outside.path, "--allow-write", outside.path, "--allow-env", "MODE",
                "--allow-env", "SPEEDPIX_APP_SECRET",
            ], in: folder, environment: environment)
        #expect(open.output.hasPrefix("true\ttheirs\ntrue\t\(outside.path)/b.txt\ntrue\tfast\nfalse"), "\(open.output)")
        #expect(!(open.output + open.errors + closed.output + closed.errors).contains("hidden-secret"))
    }

    @Test("log writes to standard error, and debug messages only with --verbose")
    func logGoesToStandardError() async throws {
        let script = "log.debug('fine') log.info('made', 3) log.warn('careful')"
        let quiet = await CommandRun.local(script, in: try TestFolder())
        #expect(quiet.errors == "info: made 3\nwarn: careful\n" && quiet.output.isEmpty)
        let verbose = await CommandRun.local(script, ["--verbose"], in: try TestFolder())
        #expect(verbose.errors.hasPrefix("debug: fine\n"))
    }
}
