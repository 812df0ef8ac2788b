import Foundation
import Testing

@testable import SpeedPixCommands

@Suite("A session at the prompt")
struct ReplTests {
    @Test("A session shows values and keeps locals")
    func showsValuesAndKeepsLocals() async throws {
        let session = await ScriptedSession(
            ["local x = 20", "x * 2", "{ b = 2, a = 'é', 1 }", "x = x + 1", "_, x", "print('hi')", "nil"],
            in: try TestFolder())
        #expect(
            session.output == """
                40
                { 1, a = "é", b = 2 }
                { 1, a = "é", b = 2 },
                21
                hi

                """)
        #expect(session.errors.isEmpty)
        #expect(session.status == .success)
    }

    @Test("A session continues an unfinished chunk with another prompt")
    func unfinishedChunksGoOn() async throws {
        let session = await ScriptedSession(
            ["local function f(n)", "  return n + 1", "end", "f(", "1)"], in: try TestFolder())
        #expect(session.output == "2\n")
        #expect(session.lines.prompts == ["› ", "… ", "… ", "› ", "… ", "› "])
    }

    @Test("Ctrl-C and Ctrl-D drop an unfinished chunk")
    func ctrlCAndCtrlDDropAChunk() async throws {
        let session = await ScriptedSession(
            inputs: [
                .line("for i = 1, 2 do"), .interrupted, .line("1"), .line("f("), .end, .line("2"), .end, .line("3"),
            ], in: try TestFolder())
        #expect(session.output == "1\n2\n")
    }

    @Test("A session shows errors as run does, and goes on")
    func errorsInASession() async throws {
        let session = await ScriptedSession(
            ["local function f() error('boom') end", "f()", "_error", "x y", "run('nothing', {})", "_error.code", "7"],
            in: try TestFolder())
        #expect(
            session.errors.contains("input[1]:1: boom\n> 1 | local function f() error('boom') end\nstack traceback:"))
        #expect(session.errors.contains("input[4]:1: syntax error near 'y'"))
        #expect(session.errors.contains("nothing"))
        #expect(session.output.hasPrefix("\"input[1]:1: boom\"\n"))
        #expect(session.output.hasSuffix("\"api_error\"\n7\n"))
        #expect(session.status == .success)
    }

    @Test("A session refuses to assign to a constant")
    func constantsStayConstant() async throws {
        let session = await ScriptedSession(
            ["local k <const> = 1", "k = 2", "function f() k = 3 end", "k", "local k = 5", "k = 6", "k"],
            in: try TestFolder())
        #expect(session.errors.contains("input[2]:1: attempt to assign to const variable 'k'"))
        #expect(session.errors.contains("input[3]:1: attempt to assign to const variable 'k'"))
        #expect(session.output == "1\n6\n")
    }

    @Test("A session waits for a prediction in a plain call")
    func waitInASession() async throws {
        let session = await ScriptedSession(
            ["local job = create('echo', { text = 'later' })", "wait(job).status", "job.output.text"],
            in: try TestFolder())
        #expect(session.output == "\"succeeded\"\n\"later\"\n")
    }

    @Test("Ctrl-C stops the evaluation and names the predictions that it began")
    func ctrlCStopsTheEvaluationOnly() async throws {
        let session = await ScriptedSession(
            [
                "local job = create('echo', { text = 'x', duration = 3600 })",
                "other = create('echo', { text = 'y', duration = 3600 }) print('go') speedpix.sleep(3600)",
                "1 + 1", "other.id == nil",
            ], in: try TestFolder(), interruptOn: "go")
        #expect(session.errors.contains("interrupted\nthese predictions go on at the local gateway"))
        // Only what this evaluation began is news.
        let line = session.errors.split(separator: "\n").first { $0.hasPrefix("these") } ?? ""
        #expect(line.split(separator: ":").last?.split(separator: " ").count == 1)
        #expect(session.output.hasSuffix("2\nfalse\n"))
    }

    @Test("Ctrl-C stops a busy loop")
    func ctrlCStopsABusyLoop() async throws {
        let session = await ScriptedSession(
            ["print('go') while true do pcall(error) end", "'still here'"], in: try TestFolder(), interruptOn: "go")
        #expect(session.errors == "interrupted\n")
        #expect(session.output.hasSuffix("\"still here\"\n"))
    }

    @Test("A session lists running tasks and reports those that fail")
    func tasksInASession() async throws {
        let session = await ScriptedSession(
            [
                "t = speedpix.spawn(function() run('echo', { text = 'x' }) return 'done' end)", ":jobs", "t:join()",
                "speedpix.spawn(function() error('lost') end)", "speedpix.sleep(0)",
            ], in: try TestFolder())
        #expect(session.output.contains("task  running, spawned at input[1]:1\n"))
        #expect(session.output.hasSuffix("\"done\"\n‹task (failed)›\n"))
        #expect(session.errors.contains("a task failed: input[3]:1: lost"))
    }

    @Test("A session ends output without a line break with one")
    func outputWithoutALineBreakGetsOne() async throws {
        let session = await ScriptedSession(
            ["io.write('a')", "io.write('b') 'c'", "io.write('d')"], in: try TestFolder())
        #expect(session.output == "a\nb\nd\n")
    }

    @Test("A session shows no control characters of values and errors")
    func controlCharacters() async throws {
        let session = await ScriptedSession(
            [
                "'\\27[2J\\7\\r\\n\\u{202E}'", "{ ['\\27]0;t\\7'] = '\\155' }",
                "speedpix.bytes('x', '\\27[31m.png')", "error('\\27[31mred')",
            ], in: try TestFolder())
        for text in [session.output, session.errors] {
            #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" && $0 != "\t" })
            #expect(!text.unicodeScalars.contains { (0x7F...0x9F).contains($0.value) || $0.value == 0x202E })
        }
        #expect(session.output.hasPrefix("\"\\u{1B}[2J\\u{7}\\r\\n\\u{202E}\"\n"))
    }

    @Test("The : commands of a session work and report mistakes")
    func colonCommands() async throws {
        let folder = try TestFolder()
        try folder.write("local loaded = 3\nfunction triple(n) return n * loaded end\n", to: "lib.lua")
        let session = await ScriptedSession(
            [
                ":load \"lib.lua\"", "triple(2)", "loaded", ":load none.lua", ":help run", ":help wait", ":help rnu",
                ":help", ":help text-to-image",
                ":hepl", ":nonsense", ":save", ":jobs", ":time 1 + 1", ":quit", "'not reached'",
            ], in: folder)
        #expect(session.output.hasPrefix("6\n3\nrun(workflow, input?, options?)"))
        #expect(session.output.contains("wait(job, options?)"))
        #expect(session.output.contains(":save FILE"))
        #expect(session.output.contains("mountains, forests, the sea"))
        #expect(session.output.contains("no predictions, no tasks\n2\n"))
        #expect(!session.output.contains("not reached"))
        #expect(session.errors.contains("there is no script none.lua"))
        #expect(session.errors.contains("there is no help on rnu; did you mean :help run?"))
        #expect(session.errors.contains("there is no :hepl; did you mean :help?"))
        #expect(session.errors.contains("there is no :nonsense; :help lists what there is"))
        #expect(session.errors.contains(":save needs the name of a file"))
        #expect(session.errors.contains(" s\n"))
    }

    @Test("A session saved with :save runs as a script")
    func aSavedSessionRuns() async throws {
        let folder = try TestFolder()
        let session = await ScriptedSession(
            [
                "local job = create('echo', { text = 'hi' })", "wait(job)", "_.output.text", "broken(", ")", "_ .. '!'",
                "local big <const> = {", "  1,", "}", "#big -- one", ":save session.lua", ":save 'session.lua'",
                ":save! session.lua", ":save missing/session.lua",
            ], in: folder)
        #expect(session.errors.contains("saved 6 chunks to session.lua"))
        #expect(session.errors.contains("session.lua is there already; :save! session.lua replaces it"))
        #expect(
            session.errors.contains(
                "could not write missing/session.lua: there is no folder \(folder.path)/missing\n"))
        let text = try String(contentsOfFile: "\(folder.path)/session.lua", encoding: .utf8)
        #expect(
            text == """
                local job = create('echo', { text = 'hi' })
                _ = (wait(job))
                _ = (_.output.text)
                print(_ .. '!')
                local big <const> = {
                  1,
                }
                print(
                #big -- one
                )

                """)
        let run = await CommandRun(["run", "session.lua", "--local"], in: folder)
        #expect(run.output == "hi!\n1\n")
        #expect(run.status == .success)
    }

    @Test("A session from a pipe prints no prompts, goes on after errors and keeps no history")
    func sessionFromAPipe() async throws {
        let folder = try TestFolder()
        let good = await CommandRun(
            ["repl", "--local"], in: folder, input: "local x = 1\nx + 1\nfor i = 1, 2 do\nprint(i)\nend")
        #expect(good.output == "2\n1\n2\n")
        #expect(good.errors.isEmpty && good.status == .success)
        let bad = await CommandRun(["repl", "--local"], in: folder, input: "error('no')\n'goes on'\n")
        #expect(bad.output == "\"goes on\"\n")
        #expect(bad.errors.hasPrefix("speedpix: input[1]:1: no"))
        #expect(bad.status == .failure)
        let cut = await CommandRun(["repl", "--local"], in: folder, input: "f(")
        #expect(cut.errors.contains("the input ends in the middle of a chunk") && cut.status == .failure)
        // No history of what nobody typed.
        #expect(folder.contents.isEmpty)
    }

    @Test("A session ends when its output cannot be written")
    func fullDisk() async throws {
        struct Full: Error, CustomStringConvertible { var description: String { "no space left" } }
        let folder = try TestFolder()
        let errors = Capture()
        let context = CommandContext(
            environment: [:], workingDirectory: folder.path, homeDirectory: folder.path,
            writeOutput: { _ in throw Full() }, writeError: errors.append,
            readInput: { Array("1 + 1\nerror('not reached')\n".utf8) })
        #expect(await SpeedPixCommand.execute(["repl", "--local"], in: context) == .failure)
        #expect(errors.text == "speedpix: no space left\n")
    }

    @Test("The help of a session is wrapped to the width of the terminal")
    func helpFitsTheTerminal() {
        let text = SessionHelp.wrapped("a short line\n  name  what it is for, at length\n\nend", width: 20)
        #expect(text == "a short line\n  name  what it is\n    for, at length\n\nend")
        #expect(SessionHelp.wrapped("averyveryverylongword", width: 5) == "averyveryverylongword")
    }

    @Test("repl without credentials ends with the configuration status and names --local")
    func missingCredentials() async throws {
        let run = await CommandRun(["repl"], in: try TestFolder(), input: "1")
        #expect(run.status == .configuration)
        #expect(run.errors.contains("--local"))
    }
}
