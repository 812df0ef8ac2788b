import Foundation
import SpeedPix
import SpeedPixJournal
import Testing

@testable import SpeedPixCommands

@Suite("The option --resume")
struct ResumeCommandTests {
    /// Four items one after the other; stops at the third while there is a file `stop`.
    private static let script = """
        local names = { "a", "b", "c", "d" } speedpix.params { n = {} }
        speedpix.map(names, function(name, i)
          local out = run("echo", { text = name, image = speedpix.bytes(name, name .. ".txt") })
          if i == 3 and fs.exists("stop") then error("stopped", 0) end
          out.images:save("out/" .. name .. ".txt")
        end, { concurrency = 1 })
        print("done")
        """

    private struct Fixture {
        let folder: TestFolder
        let environment: [String: String]

        func run(_ arguments: String...) async -> CommandRun {
            await CommandRun(arguments, in: folder, environment: environment)
        }

        private func store() throws -> JournalStore { try JournalStore(folder: folder.path + "/.speedpix") }
        func creates() throws -> [RecordedCreate] { try store().creates() }
        func runs() throws -> [RecordedRun] { try store().runs() }
    }

    private func withFixture(stops: Bool = true, _ body: @escaping @Sendable (Fixture) async throws -> Void)
        async throws
    {
        try await TestService.run { endpoint in
            let folder = try TestFolder()
            try folder.write(Self.script, to: "s.lua")
            if stops { try folder.write("", to: "stop") }
            try await body(Fixture(folder: folder, environment: TestService.environment(endpoint)))
        }
    }

    @Test("run --resume reuses the predictions of the stopped run and finishes it")
    func resumed() async throws {
        try await withFixture { fixture in
            let first = await fixture.run("run", "s.lua")
            #expect(first.status == .failure)
            let lines = first.errors.split(separator: "\n")
            #expect(
                lines.last == "3 predictions are paid for and kept; go on with: speedpix run s.lua --resume",
                "\(first.errors)")
            try FileManager.default.removeItem(atPath: fixture.folder.path + "/stop")
            let second = await fixture.run("run", "s.lua", "--resume", "--progress", "plain")
            #expect(second.status == .success && second.output == "done\n")
            #expect(second.errors.hasPrefix("going on with run 1, attempt 2: 3 predictions of it are paid for\n"))
            #expect(second.errors.contains("4 done of 4 predictions: 1 created, 3 from attempts before"))
            #expect(second.errors.contains("2 files lay there already"))
            #expect(second.errors.matches(of: /reused [abc] echo/).count == 3)
            #expect(try fixture.creates().count == 4)
            for name in ["a", "b", "c", "d"] { #expect(try fixture.folder.read("out/\(name).txt") == Array(name.utf8)) }
        }
    }

    @Test("What has failed counts as neither paid for nor kept, when a run ends, goes on and is begun anew")
    func failures() async throws {
        try await withFixture { fixture in
            try fixture.folder.write(
                """
                local params = speedpix.params { good = { type = "integer", default = 0 } }
                for i = 1, params.good do run("echo", { text = "good " .. i }) end
                run("echo", { fail = "out of paint" })
                """, to: "f.lua")
            let none = await fixture.run("run", "f.lua")
            #expect(
                none.errors.hasSuffix(
                    "\nno prediction has succeeded, 1 failed; go on with: speedpix run f.lua --resume\n"),
                "\(none.errors)")
            let resumed = await fixture.run("run", "f.lua", "--resume")
            #expect(
                resumed.errors.hasPrefix(
                    "going on with run 1, attempt 2: no prediction of it has succeeded, 1 failed\n"),
                "\(resumed.errors)")
            // Nothing would be paid for twice.
            #expect(!(await fixture.run("run", "f.lua")).errors.contains("is unfinished"))

            let two = await fixture.run("run", "f.lua", "good=2")
            #expect(
                two.errors.contains(
                    "\n2 predictions are paid for and kept, 1 failed; go on with: speedpix run f.lua good=2 --resume\n"),
                "\(two.errors)")
            let again = await fixture.run("run", "f.lua", "good=2", "--resume")
            #expect(again.errors.contains(": 2 predictions of it are paid for, 1 failed\n"), "\(again.errors)")
            #expect(again.errors.contains("\n2 predictions are paid for and kept, 2 failed; go on"), "\(again.errors)")
            let anew = await fixture.run("run", "f.lua", "good=2")
            #expect(anew.errors.contains("is unfinished, and has paid for 2 predictions; this is"), "\(anew.errors)")
        }
    }

    @Test("A prediction that the script has not waited for is paid for, and not ended")
    func unended() async throws {
        try await withFixture { fixture in
            try fixture.folder.write("create('echo', { duration = 60 }) error('stopped')", to: "u.lua")
            let run = await fixture.run("run", "u.lua")
            #expect(
                run.errors.hasSuffix(
                    "\n1 prediction is paid for and not ended; go on with: speedpix run u.lua --resume\n"),
                "\(run.errors)")
            try fixture.folder.write(
                "run('echo', { text = 'x' }) create('echo', { duration = 60 }) error('stopped')", to: "v.lua")
            let both = await fixture.run("run", "v.lua")
            #expect(
                both.errors.contains("\n1 prediction is paid for and kept, 1 not ended; go on with:"), "\(both.errors)")
        }
    }

    @Test("run --resume --dry-run does not count a failure that stays as paid for")
    func dryFailures() async throws {
        try await withFixture { fixture in
            try fixture.folder.write(
                "pcall(run, 'echo', { fail = 'x' }) run('echo', { text = 'x' }) error('stopped')", to: "d.lua")
            _ = await fixture.run("run", "d.lua")
            let dry = await fixture.run("run", "d.lua", "--resume", "--dry-run")
            #expect(
                dry.errors.contains(
                    "would create 0 predictions, 1 are paid for already, 1 have failed, and 0 are in doubt"),
                "\(dry.errors)")
        }
    }

    @Test("run --resume of a finished run says so, and what a fresh run would create")
    func finished() async throws {
        try await withFixture(stops: false) { fixture in
            _ = await fixture.run("run", "s.lua")
            let run = await fixture.run("run", "s.lua", "--resume")
            #expect(run.status == .usage && !run.errors.contains("leave --resume out"))
            #expect(
                run.errors.contains("s.lua with these parameters has finished: nothing of it is left to do\n"),
                "\(run.errors)")
            #expect(run.errors.contains("\nhint: --resume=1 runs the script again"), "\(run.errors)")
            #expect(
                run.errors.hasSuffix("hint: without --resume, 4 predictions would be created and paid for once more\n"),
                "\(run.errors)")
            #expect(try fixture.runs().count == 1 && fixture.creates().count == 4)
            let again = await fixture.run("run", "s.lua", "--resume=1")
            #expect(again.status == .success && again.errors.contains("0 created, 4 from attempts before"))

            _ = await fixture.run("run", "s.lua", "n=1", "--limit", "1")
            let other = await fixture.run("run", "s.lua", "--resume")
            #expect(
                other.errors.contains("has finished") && other.errors.contains("run 2: s.lua n=1"), "\(other.errors)")

            try fixture.folder.write("run('echo', { image = speedpix.bytes('x', 'x.txt') })", to: "u.lua")
            _ = await fixture.run("run", "u.lua")
            let unsaved = await fixture.run("run", "u.lua", "--resume")
            #expect(
                unsaved.errors.contains(
                    "has finished: 1 prediction of it is not saved (speedpix jobs list --unsaved --run 3)\n"),
                "\(unsaved.errors)")
        }
    }

    @Test("run --resume without an unfinished run lists the others, and --resume=auto begins one")
    func nothing() async throws {
        try await withFixture { fixture in
            let none = await fixture.run("run", "s.lua", "--resume")
            #expect(none.status == .usage && none.errors.contains("there is no unfinished run"))
            #expect(!JournalStore.exists(in: fixture.folder.path + "/.speedpix"))
            #expect(await fixture.run("run", "s.lua", "n=1", "--resume=auto").status == .failure)
            let other = await fixture.run("run", "s.lua", "n=2", "--resume")
            #expect(other.status == .usage)
            #expect(other.errors.contains("run 1: s.lua n=1") && other.errors.contains("--resume=RUN"))
            let missing = await fixture.run("run", "s.lua", "--resume=9")
            #expect(missing.status == .usage && missing.errors.contains("there is no run 9"))
        }
    }

    @Test("run beside an unfinished run says so and creates again")
    func anew() async throws {
        try await withFixture { fixture in
            _ = await fixture.run("run", "s.lua")
            let second = await fixture.run("run", "s.lua")
            #expect(second.errors.contains("run 1 of this script is unfinished, and has paid for 3 predictions"))
            let runs = try fixture.runs()
            #expect(runs.map(\.created) == [3, 3])
        }
    }

    @Test("run --resume creates a changed input and names what differs")
    func edited() async throws {
        try await withFixture { fixture in
            _ = await fixture.run("run", "s.lua")
            try fixture.folder.write(
                Self.script.replacing("{ \"a\",", with: "{ \"A\",").replacing("\"stop\"", with: "\"no\""), to: "s.lua")
            let second = await fixture.run("run", "s.lua", "--resume")
            #expect(second.status == .success)
            #expect(
                second.errors.contains("A echo is new, though map 1/item 1/create 1 is paid for: image, text differs"),
                "\(second.errors)")
            #expect(try fixture.creates().count == 5)
        }
    }

    @Test("run --resume --dry-run counts recorded predictions and changes nothing")
    func dry() async throws {
        try await withFixture { fixture in
            _ = await fixture.run("run", "s.lua")
            try FileManager.default.removeItem(atPath: fixture.folder.path + "/stop")
            let dry = await fixture.run("run", "s.lua", "--resume", "--dry-run")
            #expect(dry.status == .success, "\(dry.errors)")
            #expect(
                dry.errors.contains("a real run would create 1 prediction, 3 are paid for already, and 0 are in doubt"),
                "\(dry.errors)")
            #expect(try fixture.runs().first?.attempts == 1)
            // One that would begin a run begins none.
            #expect(await fixture.run("run", "s.lua", "n=1", "--resume=auto", "--dry-run").status == .success)
            #expect(try fixture.runs().count == 1)
            #expect(!fixture.folder.contents.contains("out/c.txt"))
        }
    }

    @Test("run --resume --dry-run uses recorded outputs as inputs")
    func chain() async throws {
        try await withFixture { fixture in
            let script = """
                local first = run("echo", { image = speedpix.bytes("x", "x.txt") }).images
                run("echo", { image = first, text = "next" }).images:save("out.txt")
                """
            try fixture.folder.write(script, to: "chain.lua")
            #expect(await fixture.run("run", "chain.lua", "--limit", "1").status == .failure)
            let dry = await fixture.run("run", "chain.lua", "--resume", "--dry-run")
            #expect(dry.status == .success, "\(dry.errors)")
            #expect(dry.errors.contains("would create 1 prediction, 1 are paid for already"), "\(dry.errors)")
            #expect(await fixture.run("run", "chain.lua", "--resume").status == .success)
        }
    }

    @Test("--limit does not count recorded creates")
    func limited() async throws {
        try await withFixture(stops: false) { fixture in
            #expect(await fixture.run("run", "s.lua", "--limit", "2").status == .failure)
            #expect(await fixture.run("run", "s.lua", "--limit", "1", "--resume").status == .failure)
            #expect(await fixture.run("run", "s.lua", "--limit", "1", "--resume").status == .success)
            let creates = try fixture.creates()
            #expect(creates.count == 4)
        }
    }

    @Test("runs and jobs list show an unfinished run, and runs resume finishes it from any folder")
    func lists() async throws {
        try await withFixture { fixture in
            _ = await fixture.run("run", "s.lua")
            let runs = await fixture.run("runs")
            #expect(
                runs.output.contains("1: s.lua, ") && runs.output.contains("unfinished: 3 created, 3 done, 1 not saved")
            )
            let json = try JSONValue(parsing: (await fixture.run("runs", "list", "--json")).output.utf8)
            #expect(json["state"] == "unfinished" && json["created"] == 3 && json["unsaved"] == 1)
            let shown = await fixture.run("runs", "show", "1")
            #expect(shown.output.contains("map 1/item 2/create 1: succeeded") && shown.output.contains("/out/b.txt"))
            let unsaved = await fixture.run("jobs", "list", "--unsaved")
            #expect(unsaved.output.split(separator: "\n").count == 1 && unsaved.output.contains(" c "))
            #expect((await fixture.run("jobs", "list")).output.split(separator: "\n").count == 3)
            try FileManager.default.removeItem(atPath: fixture.folder.path + "/stop")
            let elsewhere = try TestFolder()
            let resumed = await CommandRun(
                ["runs", "resume", "1", "--state", fixture.folder.path + "/.speedpix"], in: elsewhere,
                environment: fixture.environment)
            #expect(resumed.status == .success && resumed.output == "done\n", "\(resumed.errors)")
            #expect(try fixture.runs().first?.isUnfinished == false)
            #expect((await fixture.run("runs", "list", "--unfinished")).output.isEmpty)
            #expect(await fixture.run("runs", "delete", "1").status == .success)
            #expect(await fixture.run("runs", "show", "1").status == .usage)
        }
    }

    @Test("run --resume refuses a run of another app key")
    func account() async throws {
        try await withFixture { fixture in
            _ = await fixture.run("run", "s.lua")
            var other = fixture.environment
            other["SPEEDPIX_APP_KEY"] = "other"
            let run = await CommandRun(["run", "s.lua", "--resume=1"], in: fixture.folder, environment: other)
            #expect(run.status == .failure && run.errors.contains("was begun at"))
        }
    }

    @Test("A script cannot read, write, move or remove the journal")
    func withheld() async throws {
        try await withFixture { fixture in
            let script = """
                run("echo", { text = "x" })
                local function try(f, ...)
                  local ok, e = pcall(f, ...)
                  print(ok, type(e) == "table" and e.code or e)
                end
                try(fs.read, ".speedpix/journal.sqlite")
                try(fs.read, ".speedpix/journal.sqlite-wal")
                try(fs.write, ".speedpix/new", "x")
                try(os.rename, ".speedpix", "moved")
                try(os.remove, ".speedpix/journal.sqlite")
                """
            try fixture.folder.write(script, to: "spy.lua")
            let run = await fixture.run("run", "spy.lua")
            let refusals = Array(repeating: "false\tnot_allowed\n", count: 5).joined()
            #expect(run.status == .success && run.output == refusals, "\(run.output)")
        }
    }

    @Test("run with a journal that cannot be used sends nothing", arguments: [true, false])
    func broken(isDamaged: Bool) async throws {
        try await withFixture { fixture in
            let place = fixture.folder.path + "/state"
            if isDamaged {
                try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
                try fixture.folder.write(String(repeating: "no database ", count: 1000), to: "state/journal.sqlite")
            } else {
                // A file where the folder is to be.
                try fixture.folder.write("", to: "state")
            }
            let run = await fixture.run("run", "s.lua", "--state", "state", "--json")
            #expect(run.status == .failure)
            #expect(run.output.contains(#""code":"journal_failed""#), "\(run.output)")
            #expect(!run.output.contains("prediction.created"))
            #expect(run.errors.contains("state"))
            if isDamaged {
                #expect(try fixture.folder.read("state/journal.sqlite").starts(with: Array("no database ".utf8)))
            }
            #expect((await fixture.run("run", "s.lua", "--no-journal")).errors.contains("stopped"))
        }
    }

    @Test("run --local --resume works without an account")
    func local() async throws {
        let folder = try TestFolder()
        try folder.write(Self.script, to: "s.lua")
        try folder.write("", to: "stop")
        let environment = ["SPEEDPIX_STATE": folder.path + "/state"]
        let first = await CommandRun(["run", "s.lua", "--local"], in: folder, environment: environment)
        #expect(first.status == .failure && first.errors.contains("speedpix run s.lua --local --resume"))
        try FileManager.default.removeItem(atPath: folder.path + "/stop")
        let second = await CommandRun(["run", "s.lua", "--local", "--resume"], in: folder, environment: environment)
        #expect(
            second.status == .success && second.errors.contains("1 created, 3 from attempts before"), "\(second.errors)"
        )
        let fresh = await CommandRun(
            ["run", "s.lua", "--local=fresh", "--resume"], in: folder, environment: environment)
        #expect(fresh.status == .usage && fresh.errors.contains("ends with the command"))
    }

    @Test("run --local --resume repeats predictions that the local gateway no longer has")
    func removedAtTheGateway() async throws {
        let folder = try TestFolder()
        try folder.write(Self.script, to: "s.lua")
        try folder.write("", to: "stop")
        let environment = ["SPEEDPIX_STATE": folder.path + "/state"]
        _ = await CommandRun(["run", "s.lua", "--local"], in: folder, environment: environment)
        try FileManager.default.removeItem(atPath: folder.path + "/stop")
        try FileManager.default.removeItem(atPath: folder.path + "/state/local")
        let second = await CommandRun(["run", "s.lua", "--local", "--resume"], in: folder, environment: environment)
        #expect(
            second.status == .success && second.errors.contains("4 done of 4 predictions created"), "\(second.errors)")
    }

    @Test(
        "run refuses contradicting options of --resume",
        arguments: [
            ["--again", "a"], ["--again-failed"], ["--in-doubt", "again"], ["--resume", "--no-journal"],
            ["--resume=x"], ["--resume", "--seed", "1"], ["--resume", "--in-doubt", "never"],
        ])
    func contradictions(_ options: [String]) async throws {
        let folder = try TestFolder()
        try folder.write(Self.script, to: "s.lua")
        #expect(await CommandRun(["run", "s.lua"] + options, in: folder).status == .usage)
    }
}

@Suite("The command line of a resumed run")
struct ResumingArgumentTests {
    @Test(
        "The command line of a resumed run leaves out options that were for one attempt",
        arguments: [
            ("run s.lua n=1", "run s.lua n=1 --resume"), ("run s.lua --seed 5", "run s.lua --resume"),
            ("run s.lua --seed=5 --again A --again=B x=1", "run s.lua x=1 --resume"),
            ("run s.lua --resume=auto --again-failed --in-doubt again", "run s.lua --resume"),
            ("run s.lua -- --seed", "run s.lua --resume -- --seed"), ("run s.lua --no-journal", "run s.lua --resume"),
        ])
    func arguments(given: String, expected: String) {
        let words = given.split(separator: " ").map(String.init)
        #expect(ResumeOptions.resuming(words, by: ["--resume"]).joined(separator: " ") == expected)
    }
}

@Suite("The place of the journal")
struct JournalFolderTests {
    private func place(_ environment: [String: String], _ given: String? = nil, beside: String? = nil) -> String {
        let context = CommandContext(
            environment: environment, workingDirectory: "/work", homeDirectory: "/home/lin", writeOutput: { _ in },
            writeError: { _ in }, readInput: { [] })
        return JournalFolder(given, beside: beside, context).path
    }

    @Test("The journal is at --state, then SPEEDPIX_STATE, the user's state folder or beside the script")
    func order() {
        let all = ["SPEEDPIX_STATE": "/s", "XDG_STATE_HOME": "/x", "HOME": "/home/lin"]
        #expect(place(all, "here") == "/work/here")
        #expect(place(all) == "/s")
        #expect(place(["XDG_STATE_HOME": "/x", "HOME": "/home/lin"]) == "/x/speedpix")
        #expect(place(["XDG_STATE_HOME": "relative", "HOME": "/home/lin"]) == "/home/lin/.local/state/speedpix")
        #expect(place(["HOME": "/home/lin", "SPEEDPIX_STATE": ""]) == "/home/lin/.local/state/speedpix")
        #expect(place([:], beside: "/scripts") == "/scripts/.speedpix")
        #expect(place([:]) == "/work/.speedpix")
    }
}
