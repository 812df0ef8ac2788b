import Foundation
import Testing

@testable import SpeedPixCommands

@Suite("Output and exit status of commands")
struct CommandTests {
    @Test("README and cookbook name the exit statuses as the help does", arguments: ["README.md", "docs/cookbook.md"])
    func exitStatusesInDocuments(path: String) throws {
        let text = try String(contentsOfFile: "\(TestFolder.repository)/\(path)", encoding: .utf8)
        let words = text.split { $0.isWhitespace }.joined(separator: " ")
        #expect(words.contains(SpeedPixCommands.ExitStatus.summary))
    }

    @Test("run --help and the manual page name the exit statuses", arguments: [["run", "--help"], ["manual"]])
    func exitStatusesInHelp(arguments: [String]) async throws {
        let help = await CommandRun(arguments, in: try TestFolder())
        let words = help.output.split { $0.isWhitespace }.joined(separator: " ")
        #expect(words.contains(SpeedPixCommands.ExitStatus.summary), "\(help.output)")
    }

    @Test("A canceled prediction that a script does not handle ends it as a failed one does, a canceled task does not")
    func canceledPrediction() async throws {
        let folder = try TestFolder()
        let prediction = await CommandRun.local(
            "local job = create('echo', { duration = 100 }) job:cancel() job:wait()", ["--quiet"], in: folder)
        #expect(prediction.status == .predictionFailed, "\(prediction.errors)")
        let task = await CommandRun.local(
            "local task = speedpix.spawn(function() speedpix.sleep(100) end) task:cancel() task:join()", ["--quiet"],
            in: folder)
        #expect(task.status == .failure && task.errors.contains("canceled"), "\(task.errors)")
    }

    @Test("run without credentials names SPEEDPIX_APP_KEY and --local")
    func missingCredentials() async throws {
        let run = await CommandRun(["run", "-"], in: try TestFolder(), input: "print(1)")
        #expect(run.status == .configuration)
        #expect(run.errors.contains("SPEEDPIX_APP_KEY") && run.errors.contains("--local"))
        #expect(run.output.isEmpty)
    }

    @Test("run with a key and no secret says that the secret is missing")
    func missingSecret() async throws {
        let run = await CommandRun(
            ["run", "-"], in: try TestFolder(), input: "print(1)", environment: ["SPEEDPIX_APP_KEY": "key"])
        #expect(run.status == .configuration)
        #expect(run.errors.contains("the app secret is missing"))
    }

    @Test("The endpoint local is the same as --local")
    func endpointLocalIsTheSameAsTheFlag() async throws {
        let folder = try TestFolder()
        let script = "print(run('echo', { text = 'hello' }).text)"
        let variable = await CommandRun(
            ["run", "-"], in: folder, input: script, environment: ["SPEEDPIX_ENDPOINT": "local"])
        #expect(variable.status == .success && variable.output == "hello\n", "\(variable.errors)")
        let option = await CommandRun(["run", "-", "--endpoint", "local"], in: folder, input: script)
        #expect(option.output == "hello\n")
    }

    @Test(
        "Invalid arguments end with the usage status and a message",
        arguments: [
            ["run"], ["run", "missing.lua", "--local"], ["run", ".", "--local"], ["run", "-", "nonsense", "--local"],
            ["run", "-", "--timeout", "-1"], ["run", "-", "--timeout", "soon"], ["rn"], ["run", "-", "--lcoal"],
            ["run", "-", "--local", "--endpoint", "http://127.0.0.1:1"], ["serve", "--port", "70000"],
            ["serve", "--app-secret", ""],
        ])
    func invalidArguments(arguments: [String]) async throws {
        let run = await CommandRun(arguments, in: try TestFolder())
        #expect(run.status == .usage, "\(run.errors)")
        #expect(!run.errors.isEmpty)
    }

    @Test(
        "Help and version are printed to standard output with success",
        arguments: [["--help"], ["run", "--help"], ["serve", "--help"], ["--version"], []])
    func helpIsNoError(arguments: [String]) async throws {
        let run = await CommandRun(arguments, in: try TestFolder())
        #expect(run.status == .success)
        #expect(!run.output.isEmpty && run.errors.isEmpty)
    }

    @Test("serve --help and help serve print the help of serve", arguments: [["serve", "--help"], ["help", "serve"]])
    func helpIsTheCommandsOwn(arguments: [String]) async throws {
        let run = await CommandRun(arguments, in: try TestFolder())
        #expect(run.output.contains("Runs the local gateway") && run.output.contains("--data"))
    }

    @Test("run shows place and line of a syntax error")
    func aSyntaxErrorShowsPlaceAndLine() async throws {
        let folder = try TestFolder()
        try folder.write("local x = 1\nlocal = 2\n", to: "broken.lua")
        let run = await CommandRun(["run", "broken.lua", "--local"], in: folder)
        #expect(run.status == .failure)
        #expect(run.errors.contains("broken.lua:2: ") && run.errors.contains("2 | local = 2"))
    }

    @Test("run shows the whole path of a script in an error")
    func aLongPathIsShownWhole() async throws {
        let folder = try TestFolder()
        let path = "\(folder.path)/a-name-that-is-longer-than-what-lua-shows-of-the-name-of-a-chunk.lua"
        try folder.write("local = 2", to: "a-name-that-is-longer-than-what-lua-shows-of-the-name-of-a-chunk.lua")
        let run = await CommandRun(["run", path, "--local"], in: folder)
        #expect(run.errors.contains("\(path):1: ") && run.errors.contains("1 | local = 2"), "\(run.errors)")
    }

    @Test("run ignores what the script returns")
    func returnValueOfAScript() async throws {
        let run = await CommandRun.local("local M = {} M.self = M print('done') return M", in: try TestFolder())
        #expect(run.status == .success && run.output == "done\n", "\(run.errors)")
    }

    @Test("run --help of a script that fails shows its error")
    func helpOfABrokenScript() async throws {
        let run = await CommandRun(["run", "-", "--help"], in: try TestFolder(), input: "x = nil + 1")
        #expect(run.status == .failure && run.errors.contains("attempt to perform arithmetic"))
    }

    @Test("An error or a timeout in on_progress ends the wait and reaches the script")
    func errorInACallback() async throws {
        let run = await CommandRun.local(
            """
            print(pcall(run, "echo", { duration = 3600 }, { on_progress = function() error("enough", 0) end }))
            local _, e = pcall(run, "echo", { duration = 3600 }, {
              timeout = 0.3, on_progress = function() speedpix.sleep(3600) end })
            print(e.code)
            """, in: try TestFolder())
        #expect(run.output == "false\tenough\ntimeout\n", "\(run.errors)")
    }

    @Test(
        "An uncaught error of a script sets the exit status and explains itself",
        arguments: [
            ("error('mine')", SpeedPixCommands.ExitStatus.failure, "stdin:1: mine"),
            ("run('nope')", .failure, "there is no workflow \"nope\""),
            ("run('white-backgrond', {})", .failure, "did you mean \"white-background\"?"),
            ("run('echo', { fail = 'on purpose' })", .predictionFailed, "prediction_failed: on purpose"),
            ("run('echo', { fail = 'on purpose' })", .predictionFailed, "\nprediction: "),
            ("table.move({}, 1, 1e15 // 1 | 0, 2, {})", .failure, "too many elements to move"),
            ("table.insert(setmetatable({}, { __len = function() return 1 << 60 end }), 1, 1)", .failure, "too long"),
            (
                "run('echo', { image = './nope.png' })", .failure,
                "file_not_found: input.image: there is no file ./nope.png"
            ),
            ("upload('.')", .failure, "is a folder"),
            ("upload('./nope')", .failure, "file_not_found"),
            ("run('echo', { text = '/etc/hostname' })", .failure, "not_allowed"),
            ("upload('/etc/hostname')", .failure, "not_allowed"),
            ("run('echo', { text = 'x' }, { aliasid = 'main' })", .failure, "did you mean 'alias_id'?"),
            ("run('echo', { data = 0/0 })", .failure, "a number that JSON cannot say"),
            ("run('echo', { data = function() end })", .failure, "input.data is a function"),
            ("run('echo', { 1, 2 })", .failure, "must have named values"),
            ("speedpix.mpa({}, print)", .failure, "did you mean 'map'?"),
            (
                "run('echo', { duration = 60 }, { timeout = 0.2 })", .failure,
                "timeout: the prediction did not end within"
            ),
        ])
    func uncaughtErrors(script: String, status: SpeedPixCommands.ExitStatus, text: String) async throws {
        let run = await CommandRun.local(script, in: try TestFolder())
        #expect(run.status == status, "\(run.errors)")
        #expect(run.errors.contains(text), "\(run.errors)")
        #expect(run.output.isEmpty)
    }

    @Test("A script can read the fields of an error that it has caught")
    func errorsCanBeInspected() async throws {
        let run = await CommandRun.local(
            """
            local ok, e = pcall(run, "echo", { fail = "on purpose" })
            print(ok, e.code, e.message, e.retryable, e.prediction.status, #e.prediction.id > 8, e.where)
            print(speedpix.get(e.prediction.id).error)
            """, in: try TestFolder())
        #expect(
            run.output == "false\tprediction_failed\ton purpose\tfalse\tfailed\ttrue\tstdin:1\non purpose\n",
            "\(run.errors)")
    }

    @Test("run --timeout stops a busy script and a wait")
    func aTimeoutStopsScriptAndWait() async throws {
        for script in ["while true do pcall(function() while true do end end) end", "run('echo', { duration = 3600 })"]
        {
            let run = await CommandRun.local(script, ["--timeout", "0.3"], in: try TestFolder())
            #expect(run.status == .failure)
            #expect(run.errors.contains("timeout: the script ran out of time"), "\(run.errors)")
        }
    }

    @Test("No output of a command contains the secret")
    func nothingPrintsTheSecret() async throws {
        let folder = try TestFolder()
        for script in ["run('nope')", "print(speedpix, run, pcall(run, 'echo', { fail = 'x' }))", "error(speedpix)"] {
            let run = await CommandRun(
                ["run", "-", "--local"], in: folder, input: script, token: "s3cr3t-token")
            // The key of the local gateway is made from the same source; only the secret stands alone.
            let text = (run.output + run.errors).replacing("local-s3cr3t-token", with: "")
            #expect(!text.contains("s3cr3t-token"))
        }
    }
}
