import Foundation
import SpeedPixCommands
import SpeedPixTestSupport
import Testing

@Suite("Options and messages of run")
struct RunOptionTests {
    // MARK: Progress and summary

    @Test("run without a terminal prints a line for each change and a summary")
    func offATerminalEachChangeIsALine() async throws {
        let run = await CommandRun.local(
            """
            run("echo", {})
            local job = create("echo", { duration = 100 })
            repeat job:reload() until job.status == "running"
            job:cancel()
            pcall(run, "echo", { fail = "on purpose" })
            """, in: try TestFolder())
        let lines = run.errors.split(separator: "\n").map(String.init)
        for word in ["created echo ", "running echo ", "done echo ", "canceled echo ", "failed echo "] {
            #expect(lines.contains { $0.contains(word) }, "\(run.errors)")
        }
        #expect(lines.contains { $0.hasSuffix(": on purpose") })
        #expect(lines.contains("1 done, 1 failed, 1 canceled of 3 predictions created"))
        #expect(!run.errors.contains("\u{1B}"))
    }

    @Test("--quiet leaves standard error empty", arguments: [["--quiet"], ["-q"]])
    func quietWritesNoMessages(arguments: [String]) async throws {
        let run = await CommandRun.local("print(run('echo', { text = 'x' }).text)", arguments, in: try TestFolder())
        #expect(run.output == "x\n" && run.errors.isEmpty, "\(run.errors)")
    }

    @Test("run --progress none prints the summary only")
    func withoutProgressThereIsStillASummary() async throws {
        let run = await CommandRun.local(
            "run('echo', { text = 'x' })", ["--progress", "none"], in: try TestFolder())
        #expect(run.errors.hasPrefix("1 done of 1 prediction created\n"), "\(run.errors)")
    }

    @Test("run of a script that only prints has no summary")
    func aScriptThatOnlyPrintsHasNoSummary() async throws {
        let run = await CommandRun.local("print('x')", in: try TestFolder())
        #expect(run.output == "x\n" && run.errors.isEmpty)
    }

    @Test("An unknown --progress mode is a usage error")
    func unknownProgressMode() async throws {
        let run = await CommandRun.local("", ["--progress", "fancy"], in: try TestFolder())
        #expect(run.status == .usage && run.errors.contains("fancy"))
    }

    @Test(
        "run draws the live display by terminal, --progress and --quiet",
        arguments: [
            (["TERM": "xterm"], [String](), true), (["TERM": "dumb"], [], false), ([:], [], false),
            (["TERM": "dumb"], ["--progress", "tty"], true), (["TERM": "xterm"], ["--progress", "plain"], false),
            (["TERM": "xterm"], ["--quiet"], false), (["TERM": "xterm", "NO_COLOR": "1"], [], true),
        ])
    func liveDisplayIsChosen(environment: [String: String], arguments: [String], isDrawn: Bool) async throws {
        let run = await CommandRun(
            ["run", "-", "--local"] + arguments, in: try TestFolder(), input: "run('echo', { duration = 0.3 })",
            environment: environment, setting: { $0.errorTerminal = { TerminalExtent(columns: 80, rows: 24) } })
        #expect(run.errors.contains("\u{1B}7") == isDrawn, "\(run.errors)")
        let isColoured = run.errors.contains("\u{1B}[3")
        #expect(!isColoured || environment["NO_COLOR"] == nil)
    }

    @Test("run without changes prints a line each minute")
    func lineEachMinute() async throws {
        let clock = ManualClock()
        let errors = Capture()
        let folder = try TestFolder()
        let run = Task {
            await CommandRun(
                ["run", "-", "--local"], in: folder, input: "speedpix.sleep(130)",
                setting: { context in
                    context.clock = clock
                    context.writeError = errors.append
                })
        }
        // The gateway's sweep, the heartbeat and the script's own sleep; more do no harm.
        while errors.text.ranges(of: "at work").count < 2 {
            await clock.waitForSleepers(2)
            clock.advance(by: .seconds(5))
        }
        clock.advance(by: .seconds(60))
        _ = await run.value
        #expect(errors.text.hasPrefix("1:00 at work: 0 done, 0 running, 0 queued\n2:00 at work"), "\(errors.text)")
    }

    @Test("run counts a prediction whose script polls instead of waiting")
    func pollingScript() async throws {
        let run = await CommandRun.local(
            """
            local job = create("echo", { duration = 0.3 })
            repeat speedpix.sleep(0.1) job:reload() until job.status == "succeeded"
            """, in: try TestFolder())
        #expect(run.errors.contains("running echo") && run.errors.contains("done echo"), "\(run.errors)")
        #expect(run.errors.contains("1 done of 1 prediction created\n"), "\(run.errors)")
    }

    @Test("The summary of run counts files and bytes")
    func theSummaryCountsFilesAndBytes() async throws {
        let folder = try TestFolder()
        try folder.write(String(repeating: "x", count: 2000), to: "a.bin")
        let run = await CommandRun.local(
            """
            for i = 1, 3 do run("echo", { image = "./a.bin" }).images:save("out/" .. i) end
            """, ["--progress", "none"], in: folder)
        #expect(
            run.errors.contains("sent 2.0 kB in 1 upload, received 6.0 kB in 3 downloads, wrote 3 files"),
            "\(run.errors)")
    }

    // MARK: --limit

    @Test("--limit fails the run before the prediction that is one too many")
    func limitStopsTheRun() async throws {
        let run = await CommandRun.local(
            "for i = 1, 5 do print(run('echo', { text = tostring(i) }).text) end", ["--limit", "2", "--quiet"],
            in: try TestFolder())
        #expect(run.status == .failure && run.output == "1\n2\n")
        #expect(
            run.errors.contains("stopped before prediction 3: this run may create 2, and 2 were made"), "\(run.errors)")
    }

    @Test("--limit does not count creates that were refused")
    func refusedCreatesUnderLimit() async throws {
        let run = await CommandRun.local(
            """
            print(pcall(create, "nope")) print(pcall(create, "echo", { x = "./gone.png" }))
            print(run("echo", { text = "one" }).text) print(pcall(run, "echo"))
            """, ["--limit", "1"], in: try TestFolder())
        #expect(run.status == .success && run.output.contains("\none\n"), "\(run.output)")
        #expect(run.errors.contains("--limit 1: 1 were made, and the script wanted more"), "\(run.errors)")
    }

    @Test("A script that catches the error of --limit goes on with its results")
    func scriptGoesOnAfterLimit() async throws {
        let run = await CommandRun.local(
            """
            local all = speedpix.settle({ 1, 2, 3, 4, 5, 6 }, function(i) return run("echo", { data = i, duration = 0.2 }) end)
            local good = 0
            for _, result in ipairs(all) do if result.ok then good = good + 1 end end
            print(good)
            """, ["--limit", "4", "--quiet"], in: try TestFolder())
        #expect(run.output == "4\n", "\(run.errors)")
    }

    // MARK: --dry-run

    @Test("--dry-run lists uploads and creates, and sends and writes nothing")
    func aDryRunListsAndSendsNothing() async throws {
        let folder = try TestFolder()
        try folder.write(String(repeating: "x", count: 1500), to: "shoe.jpg")
        // Neither credentials nor a gateway.
        let run = await CommandRun(
            ["run", "-", "--dry-run"], in: folder,
            input: """
                for i = 1, 2 do
                  local out = run("white-background", { image = "./shoe.jpg", n = i }, { alias_id = "test" })
                  print(out.images:save("out/" .. i .. ".png"))
                  for _, picture in ipairs(out.images) do run("video", { image = picture, text = out.images.url }) end
                end
                local jobs = { create("echo", { text = "x" }) }
                for job in speedpix.completed(jobs) do print(job.status, job.output.text, #json.encode(job.output) > 2) end
                """)
        #expect(run.status == .success, "\(run.errors)")
        #expect(run.output.hasSuffix("/out/2.png\nsucceeded\t<output.text>\ttrue\n"), "\(run.output)")
        #expect(folder.contents == ["shoe.jpg"])
        let lines = run.errors.split(separator: "\n").map(String.init)
        #expect(lines.first == "would upload ./shoe.jpg (1.5 kB)", "\(run.errors)")
        #expect(
            lines.contains(
                #"would create white-background { image = <./shoe.jpg>, n = 1 } with { alias_id = "test" }"#),
            "\(run.errors)")
        #expect(
            lines.contains("would create video { image = <output.images[1]>, text = <output.images> }"), "\(run.errors)"
        )
        #expect(
            lines.last == "dry run: nothing was sent; a real run would create 5 predictions and upload 1 file, 1.5 kB")
    }

    @Test("An error of a script in a dry run is explained by its placeholders")
    func errorInADryRun() async throws {
        let run = await CommandRun(
            ["run", "-", "--dry-run"], in: try TestFolder(), input: "print(run('echo', {}).count + 1)")
        #expect(run.status == .failure)
        #expect(
            run.errors.contains("placeholder for a real result") && run.errors.contains("only because it needs"),
            "\(run.errors)")
    }

    @Test("--dry-run obeys --limit")
    func aDryRunKeepsToTheLimit() async throws {
        let run = await CommandRun(
            ["run", "-", "--dry-run", "--limit", "1"], in: try TestFolder(), input: "create('a') create('b')")
        #expect(run.status == .failure && run.errors.contains("stopped before prediction 2"), "\(run.errors)")
    }

    @Test(
        "--limit and --timeout refuse a negative number as such",
        arguments: [
            ("--limit", "--limit is a number of predictions, 0 or more"),
            ("--timeout", "--timeout is a positive number of seconds"),
        ])
    func negativeNumbers(option: String, message: String) async throws {
        let run = await CommandRun.local("", [option, "-1"], in: try TestFolder())
        #expect(run.status == .usage && run.errors.contains(message), "\(run.errors)")
    }
}
