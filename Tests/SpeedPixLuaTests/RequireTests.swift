import LuaRuntime
import Testing

@Suite("require")
struct RequireTests {
    @Test("require loads a module once, and the module may wait")
    func modulesAreLoadedOnceAndMayWait() async throws {
        let folder = try ScriptFolder()
        try folder.write(
            "count = (count or 0) + 1 speedpix.sleep(1) local n, p = ... return { name = n, path = p }",
            to: "shapes.lua")
        try folder.write("return { inner = require 'lib.inner' }", to: "lib/init.lua")
        try folder.write("-- nothing", to: "lib/inner.lua")
        let results = try await folder.run(
            """
            local all = speedpix.map({ 1, 2, 3 }, function() return require "shapes" end)
            assert(all[1] == all[2] and all[2] == all[3] and all[1] == require("shapes"))
            local co = coroutine.wrap(function() return require "lib" end)
            return count, all[1].name, all[1].path, co().inner, require "lib/inner"
            """)
        #expect(results.prefix(5) == [1, "shapes", .string("\(folder.path)/shapes.lua"), true, true])
    }

    @Test(
        "require refuses names and links that lead out of the script's folder",
        arguments: [
            "../outside", "..outside", "/etc/passwd", "a/../../outside", "./outside", "", "lib..x", "a b", "x\\0y",
            "out.secret",
            "linked",
        ])
    func modulesOutsideTheFolder(name: String) async throws {
        let (folder, outside) = (try ScriptFolder(), try ScriptFolder())
        try outside.write("leaked = true", to: "secret.lua")
        try folder.link("out", to: outside.path)
        try folder.link("linked.lua", to: "\(outside.path)/secret.lua")
        let error = await folder.failure("require '\(name)'")
        #expect(error?.code == "not_allowed", "\(error?.message ?? "loaded")")
    }

    @Test("require loads no module from a folder that may only be read")
    func allowedFolder() async throws {
        let (folder, outside) = (try ScriptFolder(), try ScriptFolder())
        try outside.write("leaked = true", to: "secret.lua")
        try folder.link("out", to: outside.path)
        var host = try folder.host()
        host.files.readable = [outside.path]
        #expect(await folder.failure("require 'out.secret'", host: host)?.code == "not_allowed")
    }

    @Test("require reports modules that require each other as a cycle")
    func cyclesAreErrors() async throws {
        let folder = try ScriptFolder()
        try folder.write("return require 'b'", to: "a.lua")
        try folder.write("return require 'c'", to: "b.lua")
        try folder.write("return require 'a'", to: "c.lua")
        try folder.write("return require 'me'", to: "me.lua")
        try folder.write("return speedpix.map({ 1 }, function() return require 'wide' end)", to: "wide.lua")
        try folder.write("return coroutine.wrap(function() return require 'thread' end)()", to: "thread.lua")
        for (name, chain) in [
            ("a", "a → b → c → a"), ("me", "me → me"), ("wide", "wide → wide"), ("thread", "thread → thread"),
        ] {
            let error = await folder.failure("require '\(name)'")
            #expect(
                error?.code == "module" && error?.message.contains(chain) == true,
                "\(name): \(error?.message ?? "loaded")")
        }
    }

    @Test("require reports a cycle of modules that are loaded in different tasks")
    func cycleAcrossTasks() async throws {
        let folder = try ScriptFolder()
        try folder.write("speedpix.sleep(1) return require 'right'", to: "left.lua")
        try folder.write("speedpix.sleep(1) return require 'left'", to: "right.lua")
        let error = await folder.failure(
            "speedpix.all { speedpix.spawn(require, 'left'), speedpix.spawn(require, 'right') }")
        #expect(error?.code == "module", "\(error?.message ?? "loaded")")
    }

    @Test("require reports an error in a module with its file and line")
    func errorsNameFileAndLine() async throws {
        let folder = try ScriptFolder()
        try folder.write("local x = 1\nlocal y =\n", to: "broken.lua")
        try folder.write("local x = 1\nerror('no')\n", to: "fails.lua")
        try folder.write("\nfs.read('gone.txt')\n", to: "host.lua")
        let broken = await folder.failure("require 'broken'")
        #expect(broken?.message.contains("broken.lua:3:") == true, "\(broken?.message ?? "")")
        let fails = await folder.failure("require 'fails'")
        #expect(fails?.message.hasSuffix("fails.lua:2: no") == true, "\(fails?.message ?? "")")
        let host = await folder.failure("require 'host'")
        #expect(
            host?.location?.file.hasSuffix("host.lua") == true && host?.location?.line == 2, "\(host?.message ?? "")")
        try folder.write([0x78, 0x3D, 0x22, 0xC9, 0xCC, 0xC6, 0xB7, 0x22], to: "gbk.lua")
        let encoded = await folder.failure("require 'gbk'")
        #expect(
            encoded?.code == "module" && encoded?.message.contains("gbk.lua:1:") == true, "\(encoded?.message ?? "")")
        // A module that failed may be tried again.
        let again = try await folder.run("return pcall(require, 'fails'), pcall(require, 'fails')")
        #expect(again.first == false)
    }

    @Test("require suggests the nearest name for a missing module")
    func missingModulesNameTheNearest() async throws {
        let folder = try ScriptFolder()
        try folder.write("return 1", to: "shapes.lua")
        let error = await folder.failure("require 'shaeps'")
        #expect(
            error?.code == "file_not_found" && error?.message.contains("did you mean 'shapes'?") == true,
            "\(error?.message ?? "")")
        var host = try folder.host()
        host.moduleDirectory = nil
        #expect(await folder.failure("require 'shapes'", host: host)?.code == "module")
    }
}
