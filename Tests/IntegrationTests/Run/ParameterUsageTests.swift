import Foundation
import SpeedPix
import SpeedPixCommands
import Testing

@Suite("Parameters of scripts on the command line")
struct ParameterUsageTests {
    private static let script = """
        local params = speedpix.params {
          image = { type = "file", required = true, help = "product photo" },
          count = { type = "integer", default = 4, min = 1 },
        }
        print(params.count)
        """
    private static let usage = """
        usage: speedpix run card.lua [key=value ...]

          image=FILE  product photo (required)
          count=INTEGER  (default 4, at least 1)

        """

    private func folder() throws -> TestFolder {
        let folder = try TestFolder()
        try folder.write(Self.script, to: "card.lua")
        try folder.write("x", to: "a.jpg")
        return folder
    }

    @Test(
        "A parameter that is missing, wrong or unknown ends run with usage and status 2, without a traceback",
        arguments: [
            ([], "the parameter image is missing\nhint: add image=FILE  product photo (required)"),
            (["image=none.jpg"], "the parameter image: "),
            (
                ["image=a.jpg", "count=many"],
                "the parameter count must be a whole number of at most 64 bits, not 'many'"
            ),
            (["image=a.jpg", "count=0"], "the parameter count must be at least 1, not '0'"),
            (["image=a.jpg", "cuont=8"], "the script has no parameter 'cuont'\nhint: did you mean 'count'?"),
        ])
    func wrongParameters(arguments: [String], message: String) async throws {
        for more in [["--local"], ["--dry-run"]] {
            let run = await CommandRun(["run", "card.lua"] + arguments + more, in: try folder())
            #expect(run.status == .usage && run.errors.hasPrefix("speedpix: \(message)"), "\(run.errors)")
            #expect(run.errors.contains("\n\n\(Self.usage)"), "\(run.errors)")
            #expect(!run.errors.contains("traceback") && !run.errors.contains("placeholders") && run.output.isEmpty)
        }
    }

    @Test("With --json the last event has exit status 2")
    func jsonEvents() async throws {
        for arguments in [[], ["image=a.jpg", "foo=bar"]] {
            let run = await CommandRun(["run", "card.lua", "--local", "--json"] + arguments, in: try folder())
            let last = try #require(run.output.split(separator: "\n").last)
            let event = try JSONValue(parsing: last.utf8)
            #expect(event["event"] == "run.finished" && event["exit_status"] == 2, "\(last)")
            #expect(event["error"]?["code"] == "invalid_argument" && run.status == .usage)
        }
    }

    @Test(
        "An argument of a script that declares no parameters ends run with status 2",
        arguments: ["print(1)", "local m = require 'm' print(m)", "-- params\nprint(1)"])
    func nothingDeclared(script: String) async throws {
        let folder = try TestFolder()
        try folder.write(script, to: "s.lua")
        try folder.write("return 1", to: "m.lua")
        let run = await CommandRun(["run", "s.lua", "foo=bar", "--local"], in: folder)
        #expect(run.status == .usage)
        #expect(run.errors.contains("the script has no parameter 'foo': it declares none"), "\(run.errors)")
        #expect(
            run.errors.hasSuffix("usage: speedpix run s.lua\n\nThe script declares no parameters (speedpix.params).\n"))
    }

    @Test("Parameters that a module declares are no error")
    func declaredInAModule() async throws {
        let folder = try TestFolder()
        try folder.write("print(require('m').foo)", to: "s.lua")
        try folder.write("return speedpix.params { foo = {} }", to: "m.lua")
        let run = await CommandRun(["run", "s.lua", "foo=bar", "--local"], in: folder)
        #expect(run.status == .success && run.output == "bar\n", "\(run.errors)")
    }

    @Test("A script's own mistake in its declaration keeps status 1 and the traceback")
    func wrongDeclaration() async throws {
        let run = await CommandRun.local("speedpix.params { a = { tpye = 'file' } }", in: try TestFolder())
        #expect(run.status == .failure && run.errors.contains("stack traceback"), "\(run.errors)")
    }

    @Test(":load shows the usage of a script, and refuses arguments that it does not declare")
    func loadedScripts() async throws {
        let folder = try folder()
        try folder.write("x = 1", to: "plain.lua")
        let session = await ScriptedSession([":load card.lua", ":load plain.lua foo=bar"], in: folder)
        #expect(session.errors.contains("the parameter image is missing"), "\(session.errors)")
        #expect(session.errors.contains("usage: :load card.lua [key=value ...]\n\n  image=FILE"), "\(session.errors)")
        #expect(session.errors.contains("the script has no parameter 'foo': it declares none"), "\(session.errors)")
        #expect(!session.errors.contains("traceback"))
    }

    @Test(
        "An unknown option is named, also where a value follows it",
        arguments: [
            (["run", "card.lua", "--repport", "x"], "Unknown option '--repport'. Did you mean '--report'?"),
            (
                ["run", "card.lua", "image=a.jpg", "--limti", "3", "--local"],
                "Unknown option '--limti'. Did you mean '--limit'?"
            ),
            (["run", "card.lua", "--repport", "x", "--report", "r.html"], "Unknown option '--repport'"),
            (["predict", "echo", "--ouut", "x"], "Unknown option '--ouut'"),
            (["run", "card.lua", "--zzzz", "x"], "Unknown option '--zzzz'\nhint: speedpix run --help"),
            (["run", "card.lua", "x"], "\"x\" is not key=value"),
            (["run", "card.lua", "count=1", "count=2"], "the parameter count is given twice"),
            (["run", "card.lua", "--limit", "-1"], "--limit is a number of predictions, 0 or more"),
        ])
    func unknownOptions(arguments: [String], message: String) async throws {
        let run = await CommandRun(arguments, in: try folder())
        #expect(run.status == .usage && run.errors.contains(message), "\(run.errors)")
    }
}
