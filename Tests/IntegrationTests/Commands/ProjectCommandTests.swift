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

    @Test("init reports a folder that cannot be made", arguments: ["file", "file/below", "/proc/nothing"])
    func impossibleFolder(name: String) async throws {
        let folder = try TestFolder()
        try folder.write("", to: "file")
        let run = await CommandRun(["init", name], in: folder)
        #expect(run.status == .failure && run.errors.contains("cannot be made"), "\(run.errors)")
    }
}
