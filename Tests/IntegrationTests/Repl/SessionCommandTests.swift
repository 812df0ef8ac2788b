import Testing

@testable import SpeedPixCommands

@Suite("Commands of a session")
struct SessionCommandTests {
    @Test(
        ":load takes a file, which may have blanks in its name, and parameters behind it",
        arguments: [
            (":load card.lua", SessionCommand.load("card.lua", [:])),
            (":load card.lua count=8 text=Shoe", .load("card.lua", ["count": "8", "text": "Shoe"])),
            (":load 'my card.lua' text=\"Shoe\"", .load("my card.lua", ["text": "Shoe"])),
            (":load my card.lua url=http://x.test/?a=b", .load("my card.lua", ["url": "http://x.test/?a=b"])),
            (":load card.lua empty=", .load("card.lua", ["empty": ""])),
            (
                ":load par.lua f=\"photos/shoe one.jpg\" n=3 t='a  \"b\"'",
                .load("par.lua", ["f": "photos/shoe one.jpg", "n": "3", "t": "a  \"b\""])
            ),
            (":load 'my par.lua' \"n=3 4\" t=it's", .load("my par.lua", ["n": "3 4", "t": "it's"])),
            (
                ":load par.lua t=\"say \\\"hi\\\"\" u=a\\ b v=c\\d",
                .load("par.lua", ["t": "say \"hi\"", "u": "a b", "v": "c\\d"])
            ),
            (":load par.lua t='a'\\''b'", .load("par.lua", ["t": "a'b"])),
            (":load my par.lua", .load("my par.lua", [:])),
            (":load par.lua f=\"shoe one", .mistake("a quotation mark has no end in par.lua f=\"shoe one")),
            (":load card.lua count=8 wrong", .mistake("\"wrong\" is not key=value; parameters look like count=8")),
        ])
    func load(line: String, command: SessionCommand) {
        #expect(SessionCommand(line) == command)
    }

    @Test(
        "help, exit and quit are commands without their colon, too",
        arguments: [
            ("help", SessionCommand.help(nil)), (" exit ", .quit), ("quit", .quit), ("help run", .help("run")),
            ("help white-background", .help("white-background")),
        ])
    func withoutColon(line: String, command: SessionCommand) async {
        #expect(await SessionCommand(withoutColon: line) { _ in false } == command)
    }

    @Test(
        "What is Lua, or a variable of the session, is no command",
        arguments: ["help()", "exit = 1", "quit quit", "help 'x' y", "print(help)", ""])
    func lua(line: String) async {
        #expect(await SessionCommand(withoutColon: line) { _ in false } == nil)
    }

    @Test("A variable named like a command is the variable")
    func variables() async {
        #expect(await SessionCommand(withoutColon: "help") { $0 == "help" } == nil)
        #expect(await SessionCommand(withoutColon: "exit") { $0 == "help" } == .quit)
    }

    @Test("A session lists workflows, tells what one takes, and suggests the nearest name")
    func workflows() async throws {
        let session = await ScriptedSession(
            [":workflows", ":help echo", "help white-backgruond", "exit", "print('not reached')"], in: try TestFolder())
        #expect(session.output.contains("white-background"), "\(session.output)")
        #expect(session.output.contains("run(\"echo\", {"), "\(session.output)")
        #expect(session.errors.contains("did you mean :help white-background?"), "\(session.errors)")
        #expect(!session.output.contains("not reached") && session.status == .success)
    }

    @Test("A session at a gateway lists what it offers and tells what one takes")
    func workflowsOfGateway() async throws {
        let folder = try TestFolder()
        try await TestService.run { endpoint in
            let run = await CommandRun(
                ["repl"], in: folder, input: ":workflows\n:help image-to-video\n",
                environment: TestService.environment(endpoint))
            #expect(run.status == .success && run.output.contains("white-background"), "\(run.errors)")
            #expect(!run.output.contains("gives no list") && run.output.contains("motion"), "\(run.output)")
        }
    }

    @Test("A session at a service that gives no list says where workflows are found")
    func workflowsOfService() async throws {
        let folder = try TestFolder()
        let faults = #"{"rules": [{"call": "workflows", "fault": "status", "code": 404}]}"#
        try await TestService.run(faults: faults) { endpoint in
            let run = await CommandRun(
                ["repl"], in: folder, input: ":workflows\n", environment: TestService.environment(endpoint))
            #expect(run.status == .success && run.output.contains("gives no list"), "\(run.output) \(run.errors)")
        }
    }

    @Test(":load gives a script its parameters, and only to that script")
    func parameters() async throws {
        let folder = try TestFolder()
        try folder.write(
            "local p = speedpix.params { count = { type = 'integer', default = 1 } } print('count', p.count)",
            to: "card.lua")
        let session = await ScriptedSession([":load card.lua count=8", ":load card.lua"], in: folder)
        #expect(session.output.contains("count\t8\n") && session.output.contains("count\t1\n"), "\(session.output)")
    }

    @Test("A wrong parameter of :load is told with the script's parameters, and not of the command line's --help")
    func wrongParameter() async throws {
        let folder = try TestFolder()
        try folder.write("speedpix.params { n = { type = 'integer' } }", to: "par.lua")
        let session = await ScriptedSession([":load par.lua n=x"], in: folder)
        #expect(session.errors.contains("the parameter n must be a whole number"), "\(session.errors)")
        #expect(session.errors.contains("n=INTEGER") && !session.errors.contains("--help"), "\(session.errors)")
    }

    @Test("The history has an input of several lines as one, also of one that was given up")
    func wholeInputs() async throws {
        let folder = try TestFolder()
        let inputs: [LineInput] = [
            .line("for i = 1, 2 do"), .line("  print(i)"), .line("end"), .line("if true then"), .interrupted,
            .line("1"),
        ]
        let session = await ScriptedSession(inputs: inputs, in: folder)
        #expect(session.lines.remembered == ["for i = 1, 2 do\n  print(i)\nend", "if true then", "1"])
        let history = LineHistory(path: "\(folder.path)/history", secrets: [])
        for input in session.lines.remembered { history.append(input) }
        #expect(history.load() == session.lines.remembered)
    }
}
