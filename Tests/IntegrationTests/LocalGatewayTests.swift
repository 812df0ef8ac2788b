import Foundation
import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixCommands

@Suite("Predictions of --local across commands")
struct LocalGatewayTests {
    private func run(
        _ arguments: [String], _ folder: TestFolder, input: String = "", state: TestFolder
    ) async -> CommandRun {
        await CommandRun(arguments, in: folder, input: input, environment: ["SPEEDPIX_STATE": state.path])
    }

    private func id(_ run: CommandRun) throws -> String {
        try #require(try JSONValue(parsing: run.output.utf8)["id"]?.stringValue, "\(run.errors)")
    }

    @Test("jobs show, wait and download find predictions of an earlier command with --local")
    func jobs() async throws {
        let (folder, state) = (try TestFolder(), try TestFolder())
        let text = try id(await run(["predict", "echo", "text=hello", "--local", "--json"], folder, state: state))
        let picture = try id(
            await run(
                ["predict", "text-to-image", "prompt=a", "width:=64", "height:=64", "--local", "--json"], folder,
                state: state))
        let show = await run(["jobs", "show", text, "--local"], folder, state: state)
        #expect(show.status == .success && show.output.contains("text: hello\n"), "\(show.errors)")
        let wait = await run(["jobs", "wait", text, picture, "--endpoint", "local"], folder, state: state)
        #expect(wait.status == .success, "\(wait.errors)")
        let download = await run(["jobs", "download", picture, "--local", "--out", "res"], folder, state: state)
        #expect(download.status == .success, "\(download.errors)")
        #expect(try folder.read("res/text-to-image-images-1.png").starts(with: [0x89, 0x50]))
        let script = "print(speedpix.get('\(text)').output.text)"
        let got = await run(["run", "-", "--local"], folder, input: script, state: state)
        #expect(got.output == "hello\n" && got.errors == "", "\(got.errors)")
        let mode = try FileManager.default.attributesOfItem(atPath: state.path + "/local")[.posixPermissions] as? Int
        #expect(mode == 0o700)
    }

    @Test("run --local without a create leaves no database")
    func nothing() async throws {
        let state = try TestFolder()
        let run = await run(["run", "-", "--local"], try TestFolder(), input: "print(1)", state: state)
        #expect(run.output == "1\n" && run.errors == "")
        #expect(!state.contents.contains { $0.hasSuffix(".sqlite") })
    }

    @Test(
        "--local=fresh keeps no predictions, in each spelling",
        arguments: [["--local=fresh"], ["--local-fresh"], ["--endpoint", "local=fresh"]])
    func fresh(flags: [String]) async throws {
        let (folder, state) = (try TestFolder(), try TestFolder())
        let made = await run(["predict", "echo", "text=hello", "--json"] + flags, folder, state: state)
        let id = try id(made)
        #expect(made.status == .success && state.contents == [], "\(made.errors)")
        let show = await run(["jobs", "show", id] + flags, folder, state: state)
        #expect(show.status == .usage && show.errors.contains("ends with the command that made it"))
        let lasting = await run(["jobs", "show", id, "--local"], folder, state: state)
        #expect(lasting.status == .failure && lasting.errors.contains("there is no task"), "\(lasting.errors)")
    }

    @Test("SPEEDPIX_ENDPOINT may be local or local=fresh")
    func setting() async throws {
        let (folder, state) = (try TestFolder(), try TestFolder())
        for (endpoint, count) in [("local=fresh", 0), ("local", 1)] {
            let made = await CommandRun(
                ["predict", "echo", "text=hello", "-q"], in: folder,
                environment: ["SPEEDPIX_STATE": state.path, "SPEEDPIX_ENDPOINT": endpoint])
            #expect(made.status == .success && made.output.contains("text: hello"), "\(made.errors)")
            #expect(state.contents.count { $0.hasSuffix("gateway.sqlite") } == count)
        }
    }

    /// What a script has printed, by the events of its run.
    private static func printed(_ run: CommandRun) throws -> String {
        let events = try run.output.split(separator: "\n").map { try JSONValue(parsing: $0.utf8) }
        return try #require(events.first { $0["event"] == "print" }?["text"]?.stringValue)
    }

    private static let mistakes = [
        ("run('ecoh', { image = './a.txt' })", ["predict", "ecoh", "image=./a.txt"]),
        ("run('echo', { imge = './a.txt' })", ["predict", "echo", "imge=./a.txt"]),
        ("run('img2img', { image = './a.txt' })", ["predict", "img2img", "image=./a.txt"]),
        (
            "speedpix.map({ './a.txt' }, function(f) create('echo', { imge = f }) end)",
            ["predict", "echo", "imge=./a.txt"]
        ),
    ]

    @Test(
        "--local refuses a wrong workflow, a misspelt input and a missing one before the file is uploaded, as the gateway does",
        arguments: mistakes)
    func refusedEarly(script: String, predict: [String]) async throws {
        let (folder, state) = (try TestFolder(), try TestFolder())
        try folder.write("content", to: "a.txt")
        let code = "local ok, e = pcall(function() \(script) end) print(e.code, e.service_code, e.message)"
        let local = await run(["run", "-", "--local", "--json"], folder, input: code, state: state)
        let text = try Self.printed(local)
        #expect(text.hasPrefix("api_error\t") && !local.output.contains("\"upload."), "\(local.output)")
        #expect(local.output.contains("\"uploads\":0") && local.output.contains("\"created\":0"), "\(local.output)")
        try await TestService.run { endpoint in
            let served = await CommandRun(
                ["run", "-", "--json"], in: folder, input: code, environment: TestService.environment(endpoint))
            // What a service refuses is not known before.
            #expect(served.output.contains("\"upload.finished\""), "\(served.output)")
            let words = try Self.printed(served)
            #expect(words == text)
        }
        let message = try #require(text.split(separator: "\t").last).split(separator: "\n")[0]
        let once = await run(predict + ["--local=fresh"], folder, state: state)
        #expect(once.status == .failure && once.errors.contains(message), "\(once.errors)")
    }

    @Test("A create that --local refuses early does not count for --limit, and its run has no predictions")
    func refusedEarlyIsNotCounted() async throws {
        let (folder, state) = (try TestFolder(), try TestFolder())
        let script = "print(pcall(run, 'echo', { txet = 'x' })) print(run('echo', { text = 'x' }).text)"
        let made = await run(["run", "-", "--local", "--limit", "1"], folder, input: script, state: state)
        #expect(made.status == .success && made.output.hasSuffix("\nx\n"), "\(made.errors)")
        #expect(made.errors.contains("1 done of 1 prediction created"), "\(made.errors)")
    }

    @Test(
        "--local refuses unknown values and contradicting options",
        arguments: [
            ["--local=old"], ["--local=fresh", "--local"], ["--local=fresh", "--endpoint", "local"],
            ["--local", "--endpoint", "https://a.test"],
        ])
    func refused(flags: [String]) async throws {
        let run = await run(["run", "-"] + flags, try TestFolder(), input: "print(1)", state: try TestFolder())
        #expect(run.status == .usage && run.output == "" && run.errors.contains("local"), "\(run.errors)")
    }

    @Test("--local=fresh after -- belongs to the script")
    func spelling() {
        #expect(OptionalValues.spelled(["run", "a", "--local=fresh"]) == ["run", "a", "--local-fresh"])
        #expect(OptionalValues.spelled(["eval", "--", "--local=fresh"]) == ["eval", "--", "--local=fresh"])
    }

    @Test("The folder of --local follows SPEEDPIX_STATE, then XDG_DATA_HOME, then the home folder")
    func place() throws {
        func path(_ environment: [String: String]) -> String? {
            LocalDataFolder(
                CommandContext(
                    environment: environment, workingDirectory: "/work", homeDirectory: "/", writeOutput: { _ in },
                    writeError: { _ in }, readInput: { [] }))?.path
        }
        let home = ["HOME": "/home/lin", "XDG_DATA_HOME": "", "SPEEDPIX_STATE": ""]
        #expect(path(home) == "/home/lin/.local/share/speedpix/local")
        #expect(path(home.merging(["XDG_DATA_HOME": "/data"]) { $1 }) == "/data/speedpix/local")
        #expect(path(home.merging(["XDG_DATA_HOME": "data"]) { $1 }) == "/home/lin/.local/share/speedpix/local")
        #expect(path(home.merging(["SPEEDPIX_STATE": "state"]) { $1 }) == "/work/state/local")
        #expect(path(home.merging(["SPEEDPIX_STATE": "/state/"]) { $1 }) == "/state/local")
        #expect(path([:]) == nil && path(["HOME": ""]) == nil && path(["HOME": "relative"]) == nil)
    }

    @Test("--local without a writable folder warns that nothing is kept, and works")
    func unwritable() async throws {
        let (folder, state) = (try TestFolder(), try TestFolder())
        try state.write("", to: "file")
        let environment = ["SPEEDPIX_STATE": "\(state.path)/file"]
        let script = "print(run('echo', { text = 'hello' }).text)"
        let run = await CommandRun(
            ["run", "-", "--local", "--progress", "none"], in: folder, input: script, environment: environment)
        #expect(run.status == .success && run.output == "hello\n")
        #expect(run.errors.contains("\(state.path)/file/local: "), "\(run.errors)")
        #expect(run.errors.contains("; what is made here ends with this command\n"), "\(run.errors)")
    }

    @Test("--local refuses a damaged database by its path, with a remedy, and does not change it")
    func damaged() async throws {
        let (folder, state) = (try TestFolder(), try TestFolder())
        let database = "local/speedpix-gateway/gateway.sqlite"
        try FileManager.default.createDirectory(
            atPath: "\(state.path)/local/speedpix-gateway", withIntermediateDirectories: true)
        let garbage = [UInt8](repeating: 7, count: 5000)
        try state.write(garbage, to: database)
        let run = await run(["run", "-", "--local"], folder, input: "print(1)", state: state)
        #expect(run.status == .configuration && run.output == "")
        #expect(run.errors.contains("\(state.path)/\(database): it is damaged"), "\(run.errors)")
        #expect(run.errors.contains("--local=fresh"))
        #expect(try state.read(database) == garbage)
    }

    @Test("A second command with --local works and warns that its predictions are not kept", .timeLimit(.minutes(2)))
    func second() async throws {
        let (folder, state) = (try TestFolder(), try TestFolder())
        try folder.write("print(run('echo', { text = 'one' }).text) speedpix.sleep(3600)", to: "one.lua")
        let one = try Subprocess(
            Subprocess.speedpix, ["run", "one.lua", "--local", "--quiet"], folder: folder.path,
            environment: ["SPEEDPIX_STATE": state.path])
        #expect(one.nextLine() == "one")
        let script = "print(run('echo', { text = 'two' }).text)"
        let notice =
            "\(state.path)/local: another gateway has it (process \(one.identifier)); what is made here ends with this command"
        let two = await run(["run", "-", "--local", "--progress", "none"], folder, input: script, state: state)
        #expect(two.status == .success && two.output == "two\n" && two.errors.contains(notice), "\(two.errors)")
        let quiet = await run(["run", "-", "--local", "--quiet"], folder, input: script, state: state)
        #expect(quiet.status == .success && quiet.errors == "")
        // Its predictions cannot be asked for meanwhile.
        let show = await run(["jobs", "show", "x", "--local"], folder, state: state)
        #expect(show.status == .configuration && show.errors.contains("process \(one.identifier)"), "\(show.errors)")
        one.interrupt()
        #expect(one.finish().status == 130)
        let three = await run(["run", "-", "--local"], folder, input: script, state: state)
        #expect(!three.errors.contains("what is made here"), "\(three.errors)")
    }

    @Test("Predictions of a killed command with --local are found or finished by later ones", .timeLimit(.minutes(2)))
    func killed() async throws {
        let (folder, state) = (try TestFolder(), try TestFolder())
        try folder.write("hello", to: "a.txt")
        try folder.write(
            """
            local done = create("echo", { text = "done", image = "./a.txt" })
            done:wait()
            print(done.id)
            print(create("echo", { text = "later", image = "./a.txt", duration = 1 }).id)
            speedpix.sleep(3600)
            """, to: "s.lua")
        let process = try Subprocess(
            Subprocess.speedpix, ["run", "s.lua", "--local", "--quiet"], folder: folder.path,
            environment: ["SPEEDPIX_STATE": state.path])
        let ids = try [#require(process.nextLine()), #require(process.nextLine())]
        kill(process.identifier, SIGKILL)
        #expect(process.waitForEnd() == -SIGKILL)
        let wait = await run(["jobs", "wait", "--local"] + ids, folder, state: state)
        #expect(wait.status == .success, "\(wait.errors)")
        #expect(wait.output.contains("text: done\n") && wait.output.contains("text: later\n"))
        let download = await run(["jobs", "download", "--local", "--out", "res"] + ids, folder, state: state)
        #expect(download.status == .success, "\(download.errors)")
        for name in ["res/a.txt", "res/a (2).txt"] { #expect(try folder.read(name) == Array("hello".utf8)) }
    }

    @Test("run --local names the commands that find its predictions later, and they do")
    func hints() async throws {
        let (folder, state) = (try TestFolder(), try TestFolder())
        let script = """
            local job = create("echo", { text = "later", duration = 3 })
            local picture = run("text-to-image", { prompt = "a", width = 64, height = 64 })
            pcall(run, "echo", { fail = "no paint" })
            print(job.id)
            """
        let made = await run(["run", "-", "--local", "--json"], folder, input: script, state: state)
        let ended = try #require(try made.output.split(separator: "\n").last.map { try JSONValue(parsing: $0.utf8) })
        let unfinished = try #require(ended["unfinished"]?.arrayValue?.first?.stringValue, "\(made.output)")
        let unsaved = try #require(ended["unsaved"]?.arrayValue?.first?.stringValue, "\(made.output)")
        let location = "at the local gateway, when a command asks for them"
        #expect(made.errors.contains("these predictions go on \(location): \(unfinished)"), "\(made.errors)")
        #expect(made.errors.contains("\nfetch one later: speedpix jobs download ID --local, or "), "\(made.errors)")
        #expect(made.errors.contains("\nfetch them: speedpix jobs download \(unsaved) --local\n"), "\(made.errors)")
        let fetched = await run(
            ["jobs", "download", unsaved, "--local", "--out", "res"], folder, state: state)
        #expect(fetched.status == .success, "\(fetched.errors)")
        let early = await run(["jobs", "download", unfinished, "--local"], folder, state: state)
        #expect(early.errors.hasSuffix("hint: speedpix jobs wait \(unfinished) --local\n"), "\(early.errors)")
        let waited = await run(["jobs", "wait", unfinished, "--local"], folder, state: state)
        #expect(waited.status == .success && waited.output.contains("text: later\n"), "\(waited.errors)")
        let plain = await run(["run", "-", "--local", "--progress", "plain"], folder, input: script, state: state)
        #expect(plain.errors.contains("or: speedpix jobs show ID --local\n"), "\(plain.errors)")
    }

    @Test("run --local=fresh names no command that would find nothing later")
    func noHints() async throws {
        let script = """
            create("echo", { text = "later", duration = 60 })
            run("text-to-image", { prompt = "a", width = 64, height = 64 })
            pcall(run, "echo", { fail = "no paint" })
            """
        let made = await run(["run", "-", "--local=fresh"], try TestFolder(), input: script, state: try TestFolder())
        #expect(made.status == .success && made.errors.contains("failed: "), "\(made.errors)")
        #expect(!made.errors.contains("speedpix jobs") && !made.errors.contains("go on"), "\(made.errors)")
    }

    @Test("repl --local names its unfinished predictions at its end, and how to fetch one")
    func replHints() async throws {
        let (folder, state) = (try TestFolder(), try TestFolder())
        let line = "create('echo', { text = 'later', duration = 3600 }).status\n"
        let session = await run(["repl", "--local"], folder, input: line, state: state)
        #expect(session.errors.contains("at the local gateway, when a command asks for them: "), "\(session.errors)")
        #expect(session.errors.hasSuffix("fetch one later: speedpix jobs download ID --local\n"), "\(session.errors)")
        let fresh = await run(["repl", "--local=fresh"], folder, input: line, state: state)
        #expect(fresh.errors == "")
    }

    @Test("serve --data finds its predictions after it was killed", .timeLimit(.minutes(2)))
    func serve() async throws {
        let folder = try TestFolder()
        func start() throws -> (Subprocess, [String: String]) {
            let server = try Subprocess(
                Subprocess.speedpix,
                ["serve", "--port", "0", "--data", "data", "--app-key", "key", "--app-secret", "secret"],
                folder: folder.path)
            let endpoint = try #require(server.nextLine()?.split(separator: " ").first { $0.hasPrefix("http") })
            return (server, TestService.environment(String(endpoint)))
        }
        let (first, environment) = try start()
        let made = try id(
            await CommandRun(["predict", "echo", "text=hello", "--json"], in: folder, environment: environment))
        // Nobody else may use the folder.
        let other = try Subprocess(
            Subprocess.speedpix, ["serve", "--port", "0", "--data", "data"], folder: folder.path)
        let refused = other.finish()
        #expect(refused.status == 4 && refused.output.contains("process \(first.identifier)"), "\(refused)")
        kill(first.identifier, SIGKILL)
        #expect(first.waitForEnd() == -SIGKILL)
        let (second, again) = try start()
        let show = await CommandRun(["jobs", "show", made], in: folder, environment: again)
        #expect(show.output.contains("text: hello\n"), "\(show.errors)")
        second.interrupt()
        #expect(second.finish().status == 130)
    }
}
