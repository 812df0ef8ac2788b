import Foundation
import SpeedPix
import SpeedPixCommands
import Testing

@Suite("speedpix init and types")
struct ProjectCommandTests {
    @Test("init makes a folder whose script passes check and runs")
    func initNewFolder() async throws {
        let folder = try TestFolder()
        let made = await CommandRun(["init", "my shop"], in: folder)
        #expect(made.status == .success && made.errors.isEmpty)
        #expect(made.output.contains("made pipeline.lua") && made.output.contains("cd 'my shop' && speedpix run"))
        #expect(
            Set(folder.contents) == [
                "my shop", "my shop/.gitignore", "my shop/.luarc.json", "my shop/.speedpix",
                "my shop/.speedpix/speedpix.lua", "my shop/pipeline.lua",
            ])
        let check = await CommandRun(["check", "my shop/pipeline.lua"], in: folder)
        #expect(check.status == .success, "\(check.output)")
        let run = await CommandRun(
            ["run", "my shop/pipeline.lua", "--local", "--out", "out", "count=1", "prompt=tea"], in: folder)
        #expect(run.output == "\(folder.path)/out/picture-1.png\n", "\(run.errors)")
        let stubs = try String(decoding: folder.read("my shop/.speedpix/speedpix.lua"), as: UTF8.self)
        let shipped = try String(contentsOfFile: "\(TestFolder.repository)/docs/lua/speedpix.lua", encoding: .utf8)
        #expect(stubs == shipped)
    }

    @Test("init keeps files that exist and adds to .gitignore and .luarc.json")
    func initKeepsFiles() async throws {
        let folder = try TestFolder()
        try folder.write("-- mine", to: "pipeline.lua")
        try folder.write("*.tmp\n/out/", to: ".gitignore")
        try folder.write(
            #"{"workspace": {"library": ["other"], "x": 1}, "runtime.version": "Lua 5.3"}"#, to: ".luarc.json")
        let run = await CommandRun(["init"], in: folder)
        #expect(run.status == .success, "\(run.errors)")
        #expect(
            run.output.hasPrefix(
                "kept pipeline.lua\nmade .speedpix/speedpix.lua\nadded to .luarc.json\nadded to .gitignore\n"))
        #expect(try String(decoding: folder.read("pipeline.lua"), as: UTF8.self) == "-- mine")
        #expect(try String(decoding: folder.read(".gitignore"), as: UTF8.self) == "*.tmp\n/out/\nspeedpix.toml\n")
        let settings = try JSONValue(parsing: folder.read(".luarc.json"))
        #expect(
            settings == [
                "workspace": ["library": ["other", ".speedpix"], "x": 1], "runtime.version": "Lua 5.3",
            ])
        let before = try folder.contents.filter { !$0.hasSuffix("speedpix") }.map(folder.read)
        let again = await CommandRun(["init"], in: folder)
        #expect(again.output.split(separator: "\n").prefix(4).allSatisfy { $0.hasPrefix("kept ") })
        #expect(try folder.contents.filter { !$0.hasSuffix("speedpix") }.map(folder.read) == before)
    }

    @Test(
        "init keeps a .luarc.json that it cannot merge and says what to add",
        arguments: ["// a comment\n{}", "[1]", #"{"workspace.library": "x"}"#])
    func unmergeableSettings(text: String) async throws {
        let folder = try TestFolder()
        try folder.write(text, to: ".luarc.json")
        let run = await CommandRun(["init"], in: folder)
        #expect(run.status == .success, "\(run.errors)")
        #expect(run.errors.contains("note: .luarc.json is left as it is, since "), "\(run.errors)")
        #expect(run.errors.contains(#"see that it has "workspace.library": [".speedpix"]"#), "\(run.errors)")
        #expect(folder.contents.contains("pipeline.lua") && folder.contents.contains(".speedpix/speedpix.lua"))
        #expect(try String(decoding: folder.read(".luarc.json"), as: UTF8.self) == text)
    }

    @Test("types writes the stubs, and refuses to replace another file")
    func typesWritesTheStubsAnew() async throws {
        let folder = try TestFolder()
        #expect(await CommandRun(["types"], in: folder).output == "made .speedpix/speedpix.lua\n")
        try folder.write("---@meta\n-- older", to: ".speedpix/speedpix.lua")
        #expect(await CommandRun(["types"], in: folder).output == "made .speedpix/speedpix.lua\n")
        #expect(await CommandRun(["types"], in: folder).output == "kept .speedpix/speedpix.lua\n")
        try folder.write("print('mine')", to: ".speedpix/speedpix.lua")
        let foreign = await CommandRun(["types"], in: folder)
        #expect(foreign.status == .failure && foreign.errors.contains("is not a file that speedpix made"))
        let missing = await CommandRun(["types", "nope"], in: folder)
        #expect(missing.status == .failure && missing.errors.contains("there is no folder nope"))
    }

    @Test("types writes what the workflows of a gateway take and give")
    func typesOfWorkflows() async throws {
        let folder = try TestFolder()
        try await TestService.run { endpoint in
            let environment = TestService.environment(endpoint)
            let run = await CommandRun(["types"], in: folder, environment: environment)
            #expect(run.status == .success && run.errors.isEmpty, "\(run.errors)")
            #expect(run.output == "made .speedpix/speedpix.lua\nmade .speedpix/workflows.lua\n")
            let stubs = try folder.text(".speedpix/workflows.lua")
            #expect(stubs.hasPrefix("---@meta\n"))
            for line in [
                "---@class workflow.white_background.input",
                "---@field image workflow.file # file, required: "
                    + "a photograph of one thing: JPEG, PNG, WebP, GIF or TIFF",
                "---@field text? string|Source # string: caption under the subject; empty for none",
                "---@field duration? number # number, 0 to 3600, default 0: seconds until it is done",
                "---@class workflow.white_background.output",
                "---@field confidence number",
                "---@field warnings string[]",
                #"---@overload fun(workflow: "white-background", input: workflow.white_background.input, "#
                    + "options?: speedpix.run.options): workflow.white_background.output",
                #"---@overload fun(workflow: "echo", input?: workflow.echo.input, "#
                    + "options?: speedpix.create.options): Prediction",
                "function speedpix.run(...) end",
                "function speedpix.create(...) end",
            ] {
                #expect(stubs.contains("\n\(line)\n"), "\(line)")
            }
            let again = await CommandRun(["types"], in: folder, environment: environment)
            #expect(again.output == "kept .speedpix/speedpix.lua\nkept .speedpix/workflows.lua\n")
        }
    }

    @Test("types --local has the workflows of the local gateway, and init leaves them")
    func typesOfLocalWorkflows() async throws {
        let folder = try TestFolder()
        let run = await CommandRun(["types", "--local=fresh"], in: folder)
        #expect(run.status == .success && run.errors.isEmpty, "\(run.errors)")
        let stubs = try folder.text(".speedpix/workflows.lua")
        #expect(stubs.contains("---@class workflow.text_to_image.output\n---@field images OutputFile[]\n"))
        #expect(await CommandRun(["init"], in: folder).status == .success)
        #expect(try folder.text(".speedpix/workflows.lua") == stubs)
    }

    @Test("types without a service writes the stubs of the API and says so in a line")
    func typesWithoutService() async throws {
        let folder = try TestFolder()
        let run = await CommandRun(["types"], in: folder)
        #expect(run.status == .success && run.output == "made .speedpix/speedpix.lua\n")
        #expect(
            run.errors == "note: no stubs of workflows: no service is set; --local has those of the local gateway\n")
        #expect(!folder.contents.contains(".speedpix/workflows.lua"))
    }

    @Test("types keeps the stubs of workflows where a service has no list of them, or does not answer")
    func typesOfServiceWithoutList() async throws {
        let folder = try TestFolder()
        try folder.write("---@meta\n-- before", to: ".speedpix/workflows.lua")
        let faults = #"{"rules": [{"call": "workflows", "fault": "status", "code": 404}]}"#
        try await TestService.run(faults: faults) { endpoint in
            let run = await CommandRun(["types"], in: folder, environment: TestService.environment(endpoint))
            #expect(run.status == .success && run.output == "made .speedpix/speedpix.lua\n", "\(run.errors)")
            #expect(
                run.errors.hasPrefix("note: .speedpix/workflows.lua stays as it is: the service does not offer"),
                "\(run.errors)")
            #expect(run.errors.filter { $0 == "\n" }.count == 1, "\(run.errors)")
        }
        let closed = await CommandRun(["types"], in: folder, environment: TestService.environment("http://127.0.0.1:9"))
        #expect(closed.status == .success && closed.errors.contains("stays as it is: "), "\(closed.errors)")
        let keyless = await CommandRun(["types", "--endpoint", "http://127.0.0.1:9"], in: folder)
        #expect(keyless.status == .success && keyless.errors.contains("stays as it is: "), "\(keyless.errors)")
        #expect(try folder.text(".speedpix/workflows.lua") == "---@meta\n-- before")
    }

    @Test("types refuses settings that are wrong, and to replace a file of workflows that it has not made")
    func typesRefused() async throws {
        let folder = try TestFolder()
        try folder.write("endpont = 'x'", to: "shop/speedpix.toml")
        let wrong = await CommandRun(["types", "shop"], in: folder)
        #expect(wrong.status == .configuration && wrong.errors.contains("did you mean endpoint?"), "\(wrong.errors)")
        #expect(wrong.output == "made .speedpix/speedpix.lua\n")
        try folder.write("print('mine')", to: "shop/.speedpix/workflows.lua")
        let foreign = await CommandRun(["types", "shop", "--local=fresh"], in: folder)
        #expect(
            foreign.status == .failure && foreign.errors.contains("workflows.lua is not a file that speedpix made"),
            "\(foreign.errors)")
    }

    @Test("init reports a folder that cannot be made", arguments: ["file", "file/below", "/proc/nothing"])
    func impossibleFolder(name: String) async throws {
        let folder = try TestFolder()
        try folder.write("", to: "file")
        let run = await CommandRun(["init", name], in: folder)
        #expect(run.status == .failure && run.errors.contains("cannot be made"), "\(run.errors)")
    }
}
