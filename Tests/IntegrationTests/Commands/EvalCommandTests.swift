import SpeedPix
import SpeedPixGateway
import Testing

@testable import SpeedPixCommands

@Suite("speedpix eval, version, completions and mistyped commands")
struct EvalCommandTests {
    @Test(
        "eval prints the values of the code",
        arguments: [
            ("1 + 1", "2\n"), ("'a', nil, true", "a\nnil\ntrue\n"), ("", ""), ("print('x')", "x\n"),
            ("x = 1; return x, x + 1", "1\n2\n"), ("{}", "{}\n"),
            ("{1, 'two', {a = 1, ['b c'] = 2}}", "{\n  1,\n  \"two\",\n  {\n    a = 1,\n    [\"b c\"] = 2\n  }\n}\n"),
            ("{[3] = 1, x = {}, [true] = 0}", "{\n  [3] = 1,\n  [true] = 0,\n  x = {}\n}\n"),
            ("(function() local t = {} t.t = t return t end)()", "{\n  t = { … }\n}\n"),
            ("run('echo', { text = 'hello' }).text", "hello\n"),
        ])
    func valuesArePrinted(code: String, output: String) async throws {
        let run = await CommandRun(["eval", code, "--local"], in: try TestFolder())
        #expect(run.status == .success && run.output == output, "\(run.output)\(run.errors)")
    }

    @Test("eval needs credentials only if the chunk calls the service")
    func credentialsAreNeededForCallsOnly() async throws {
        let run = await CommandRun(["eval", "6 * 7"], in: try TestFolder())
        #expect(run.status == .success && run.output == "42\n", "\(run.errors)")
        let reaching = await CommandRun(["eval", "run('echo')"], in: try TestFolder())
        #expect(reaching.status == .configuration && reaching.errors.contains("the app key is missing"))
    }

    @Test("eval shows the line of an error, and ends at its timeout")
    func errorsShowTheLine() async throws {
        let syntax = await CommandRun(["eval", "x ="], in: try TestFolder())
        #expect(syntax.status == .failure && syntax.errors.contains("code:1: ") && syntax.errors.contains("> 1 | x ="))
        let raised = await CommandRun(["eval", "a = 1\nerror('no')"], in: try TestFolder())
        #expect(raised.status == .failure && raised.errors.hasPrefix("speedpix: code:2: no\n"), "\(raised.errors)")
        let late = await CommandRun(["eval", "while true do end", "--timeout", "0.2"], in: try TestFolder())
        #expect(late.status == .failure && late.errors.contains("ran out of time"))
    }

    @Test(
        "eval whose output fails since a signal has come is interrupted, and fails otherwise", arguments: [true, false])
    func outputFailsAtASignal(hasSignal: Bool) async throws {
        let setting: (inout CommandContext) -> Void = { context in
            context.writeOutput = { [end = context.end] _ in
                if hasSignal { end.begin() }
                throw ClosedOutputError()
            }
        }
        let run = await CommandRun(["eval", "print('x')"], in: try TestFolder(), setting: setting)
        #expect(run.status == (hasSignal ? .interrupted : .failure) && run.output.isEmpty, "\(run.errors)")
    }

    @Test("version prints the versions of speedpix, Lua and libvips")
    func printsVersions() async throws {
        let run = await CommandRun(["version", "--json"], in: try TestFolder())
        let value = try JSONValue(parsing: run.output.utf8)
        #expect(value["speedpix"] == .string(SpeedPixVersion.current))
        #expect(
            value["lua"]?.stringValue?.hasPrefix("5.4.") == true && value["vips"]?.stringValue?.hasPrefix("8.") == true)
        let text = await CommandRun(["version"], in: try TestFolder())
        #expect(text.output.hasPrefix("speedpix \(SpeedPixVersion.current)\nlua 5.4."))
    }

    @Test("A key that is a reserved word stands in brackets")
    func reservedKeys() async throws {
        let run = await CommandRun(["eval", "{ [\"end\"] = 1, ending = 2 }"], in: try TestFolder())
        #expect(run.output.contains("[\"end\"] = 1") && run.output.contains("  ending = 2"), "\(run.output)")
    }

    @Test("The completions know exactly the workflows of the local gateway")
    func completionsKnowEveryWorkflowOfTheGateway() async throws {
        #expect(try await Set(BuiltInWorkflows.load().map(\.id)) == Set(BuiltInWorkflows.ids))
    }

    @Test("completions lists commands, options and workflows for each shell", arguments: ["bash", "zsh", "fish"])
    func completionsNameCommandsAndWorkflows(shell: String) async throws {
        let run = await CommandRun(["completions", shell], in: try TestFolder())
        #expect(run.status == .success)
        for word in ["predict", "doctor", "white-background", "--profile", "--save"] {
            #expect(run.output.contains(shell == "fish" ? word.trimmingPrefix("--") : word[...]), "\(word)")
        }
    }

    @Test("completions of each shell know the default subcommands", arguments: ["bash", "zsh", "fish"])
    func completionsKnowDefaultSubcommands(shell: String) async throws {
        let run = await CommandRun(["completions", shell], in: try TestFolder())
        let expected =
            shell == "fish"
            ? "    case 'batch *'\n        set default_subcommand 'run'\n"
            : "'batch settle'|'batch cancel') ;;\n    'batch '*) default_subcommand='run' ;;\n"
        #expect(run.output.ranges(of: expected).count == 1)
    }

    @Test(
        "completions bash: what follows speedpix batch SCRIPT is that of speedpix batch run SCRIPT",
        arguments: [
            ("batch s.lua rows.csv --re", ["--retry", "--results", "--report", "--resume"]),
            ("batch run s.lua rows.csv --re", ["--retry", "--results", "--report", "--resume"]),
            ("batch --key sku s.lua rows.csv --prog", ["--progress"]), ("batch --stop", ["--stop-after"]),
            ("batch ./s", ["./s.lua"]), ("batch s.lua r", ["rows.csv"]), ("batch att", ["attach"]),
            ("batch attach spring --res", ["--results", "--resume"]), ("runs --un", ["--unfinished"]),
            ("run s.lua --res", ["--resume"]), ("bat", ["batch"]),
        ])
    func bashCompletes(line: String, completions: [String]) async throws {
        let folder = try TestFolder()
        for name in ["s.lua", "rows.csv", "picture.png"] { try folder.write("", to: name) }
        try folder.write(await CommandRun(["completions", "bash"], in: folder).output, to: "speedpix.bash")
        let script = """
            source ./speedpix.bash
            COMP_LINE="$*"
            COMP_POINT=${#COMP_LINE}
            COMP_WORDS=("$@")
            COMP_CWORD=$(($# - 1))
            _speedpix "$1" "${@: -1}" "${@: -2:1}"
            printf '%s\\n' "${COMPREPLY[@]}"
            """
        let words = ["speedpix"] + line.split(separator: " ").map(String.init)
        let end = try await Subprocess.run(
            "/bin/bash", ["--norc", "-c", script, "bash"] + words, folder: folder.path)
        #expect(Set(end.output.split(separator: "\n").map(String.init)) == Set(completions), "\(end.output)")
    }

    @Test(
        "A mistyped command or option gets the nearest name or a hint",
        arguments: [
            (["rnu"], "there is no command \"rnu\"; did you mean \"run\"?\n"),
            (["shoe.lua"], "hint: to run a script: speedpix run shoe.lua\n"),
            (["frobnicate"], "there is no command \"frobnicate\"\nhint: speedpix --help\n"),
            (["run", "x.lua", "--locl"], "Did you mean '--local'?\nhint: speedpix run --help\n"),
            (["completions", "tcsh"], "'bash', 'zsh' or 'fish'.\nhint: speedpix completions --help\n"),
            (["help", "predct"], "there is no command \"predct\"; did you mean \"predict\"?\n"),
            (["jobs", "dowload", "x"], "did you mean \"download\"?\n"),
            (["\u{1B}[31m"], "there is no command \" [31m\""),
        ])
    func theNearestWordIsNamed(arguments: [String], message: String) async throws {
        let run = await CommandRun(arguments, in: try TestFolder())
        #expect(run.status == .usage && run.output.isEmpty)
        #expect(run.errors.hasPrefix("speedpix: ") && run.errors.contains(message), "\(run.errors)")
    }
}
