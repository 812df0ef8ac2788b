import LuaRuntime
import SpeedPix
import Testing

@testable import SpeedPixLua

@Suite("The sandbox for files and environment")
struct SandboxTests {
    /// A script's folder, and one beside it with something private.
    private func folders() throws -> (inside: ScriptFolder, outside: ScriptFolder) {
        let (inside, outside) = (try ScriptFolder(), try ScriptFolder())
        try outside.write("private", to: "secret.txt")
        try inside.write("open", to: "own.txt")
        return (inside, outside)
    }

    /// Every door through which a script could read `path`.
    private static func reading(_ path: String) -> [String] {
        [
            "io.open('\(path)')", "for l in io.lines('\(path)') do end", "fs.read('\(path)')", "fs.size('\(path)')",
            "fs.exists('\(path)')", "fs.is_file('\(path)')", "fs.copy('\(path)', 'copy')", "csv.read('\(path)')",
            "image.open('\(path)')", "upload('\(path)')", "run('w', { file = '\(path)' })",
            "run('w', { deep = { speedpix.file('\(path)') } })", "os.rename('\(path)', 'mine')",
            "image.contact_sheet { '\(path)' }", "image.open(speedpix.file('\(path)'))", "io.open('\(path)', 'r+')",
        ]
    }

    @Test(
        "No function of a script reads outside its folder, by path or by link",
        arguments: ["absolute", "dots", "link", "link to folder", "dots through a link"])
    func nothingOutsideIsRead(way: String) async throws {
        let (inside, outside) = try folders()
        let name = outside.path.split(separator: "/").last.map(String.init) ?? ""
        try inside.link("link.txt", to: "\(outside.path)/secret.txt")
        try inside.link("out", to: outside.path)
        try inside.makeFolder("sub")
        let path =
            switch way {
            case "absolute": "\(outside.path)/secret.txt"
            case "dots": "./sub/../../\(name)/secret.txt"
            case "link": "./link.txt"
            case "link to folder": "./out/secret.txt"
            default: "\(inside.path)/out/../\(name)/secret.txt"
            }
        for script in Self.reading(path) {
            let error = await inside.failure(script)
            #expect(error?.code == "not_allowed", "\(way): \(script): \(error?.message ?? "no error")")
        }
        for script in ["fs.list('\(outside.path)')", "fs.list('out')", "fs.glob('\(outside.path)/*')"] {
            #expect(await inside.failure(script)?.code == "not_allowed", "\(script)")
        }
        #expect(try await inside.run("return json.encode(fs.glob('**'))") == [#"["./own.txt","./sub"]"#])
        #expect(!inside.contents.contains("copy") && !inside.contents.contains("mine"))
    }

    @Test("No function of a script writes outside its folder, by path or by link")
    func nothingOutsideIsWritten() async throws {
        let (inside, outside) = try folders()
        try inside.link("out", to: outside.path)
        try inside.link("link.txt", to: "\(outside.path)/new.txt")
        for path in ["\(outside.path)/x", "../x", "out/x", "./a/../../x", "/etc/x", "out/deep/er/x"] {
            for script in [
                "io.open('\(path)', 'w')", "io.open('\(path)', 'a')", "io.open('\(path)', 'w+')",
                "fs.write('\(path)', 'x')",
                "fs.mkdir('\(path)')", "fs.copy('own.txt', '\(path)')", "os.rename('own.txt', '\(path)')",
                "csv.write('\(path)', {{ a = 1 }})", "image.blank(1, 1):save('\(path).png')",
            ] {
                let error = await inside.failure(script)
                #expect(error?.code == "not_allowed", "\(script): \(error?.message ?? "no error")")
            }
        }
        for path in ["\(outside.path)/secret.txt", "out/secret.txt"] {
            for script in ["os.remove('\(path)')", "fs.remove('\(path)')"] {
                #expect(await inside.failure(script)?.code == "not_allowed", "\(script)")
            }
        }
        // A link in the folder that leads out is not followed: it is replaced, or refused.
        try await inside.run("assert(not io.open('link.txt', 'w')) fs.write('link.txt', 'mine')")
        #expect(outside.contents == ["secret.txt"])
        #expect(try inside.text("link.txt") == "mine")
    }

    @Test("A link that is made between check and use does not lead out of the folder")
    func linkMadeAfterTheCheck() throws {
        let (inside, outside) = try folders()
        try inside.makeFolder("sub")
        try inside.write("open", to: "sub/secret.txt")
        let files = inside.files
        let name = #expect(throws: SpeedPixError.self) {
            try files.open("own.txt") {
                try? inside.remove("own.txt")
                try? inside.link("own.txt", to: "\(outside.path)/secret.txt")
            }
        }
        #expect(name?.code == .fileSystem)
        let folder = #expect(throws: SpeedPixError.self) {
            try files.open("sub/secret.txt") {
                try? inside.remove("sub")
                try? inside.link("sub", to: outside.path)
            }
        }
        #expect(folder?.code == .notAllowed)
        try inside.remove("sub")
        try inside.makeFolder("sub/deep")
        let write = #expect(throws: SpeedPixError.self) {
            _ = try files.folder(forWriting: "sub/deep/x.txt", makesParents: true) {
                try? inside.remove("sub")
                try? outside.makeFolder("deep")
                try? inside.link("sub", to: outside.path)
            }
        }
        #expect(write?.code == .notAllowed)
        #expect(outside.contents == ["deep", "secret.txt"])
    }

    @Test("A write to an opened folder does not follow a link that replaced the folder")
    func folderReplacedAfterOpening() throws {
        let (inside, outside) = try folders()
        try inside.makeFolder("sub")
        let (folder, name) = try inside.files.folder(forWriting: "sub/x.txt")
        try inside.remove("sub")
        try inside.link("sub", to: outside.path)
        #expect(throws: SpeedPixError.self) { try folder.replace(name, with: [1]) }
        #expect(outside.contents == ["secret.txt"])
    }

    @Test("A script reads and writes in the folders and files that its host allows")
    func foldersCanBeAdded() async throws {
        let (inside, outside) = try folders()
        var host = try inside.host()
        host.files.readable = [outside.path]
        #expect(try await inside.run("return fs.read('\(outside.path)/secret.txt')", host: host) == ["private"])
        #expect(await inside.failure("fs.write('\(outside.path)/x', 'x')", host: host)?.code == "not_allowed")
        host.files.writable = [outside.path]
        try await inside.run("fs.write('\(outside.path)/new/x', 'x')", host: host)
        #expect(outside.contents == ["new", "new/x", "secret.txt"])
        var named = try inside.host()
        named.files.readableFiles = ["\(outside.path)/secret.txt"]
        #expect(try await inside.run("return fs.read('\(outside.path)/secret.txt')", host: named) == ["private"])
        #expect(await inside.failure("fs.list('\(outside.path)')", host: named)?.code == "not_allowed")
    }

    @Test("os.getenv returns allowed variables only, and never a secret")
    func theEnvironmentIsClosed() async throws {
        let folder = try ScriptFolder()
        var host = try folder.host()
        host.environment = ScriptEnvironment(
            [
                "HOME": "/home/me", "SPEEDPIX_APP_SECRET": "hunter2hunter2", "COPY": "x-hunter2hunter2-x",
                "MODE": "fast",
            ], allowed: ["MODE", "UNSET", "SPEEDPIX_APP_SECRET", "COPY"])
        #expect(
            try await folder.run("return os.getenv('MODE'), os.getenv('UNSET'), os.getenv('COPY')", host: host) == [
                "fast", .nil, .nil,
            ])
        let home = await folder.failure("os.getenv('HOME')", host: host)
        #expect(
            home?.code == "not_allowed" && home?.message.contains("--allow-env HOME") == true, "\(home?.message ?? "")")
        #expect(await folder.failure("os.getenv('SPEEDPIX_APP_SECRET')", host: host)?.code == "not_allowed")
    }

    @Test("A script cannot read .env or a process's environment, whatever is allowed")
    func filesWithSecretsStayClosed() async throws {
        let folder = try ScriptFolder()
        try folder.write("SPEEDPIX_APP_SECRET=x", to: ".env")
        var host = try folder.host()
        host.files.readable = ["/"]
        host.files.readableFiles = ["/proc/self/environ"]
        for path in [".env", "/proc/self/environ", "/proc/self/../self/environ", "/dev/fd/../../proc/self/environ"] {
            for script in ["fs.read('\(path)')", "io.lines('\(path)')", "upload('\(path)')"] {
                let error = await folder.failure(script, host: host)
                #expect(
                    error?.code == "not_allowed" || error?.code == "file_not_found",
                    "\(script): \(error?.message ?? "read")")
            }
        }
    }

    @Test("The standard library has no function that leaves the sandbox")
    func standardLibraryIsConfined() async throws {
        let results = try await ScriptFolder().run(
            """
            local found = {}
            for _, name in ipairs { "dofile", "loadfile", "package", "_host", "_require", "_output" } do
              if _G[name] ~= nil then found[#found + 1] = name end
            end
            for _, name in ipairs { "execute", "exit", "setlocale" } do if os[name] then found[#found + 1] = name end end
            for _, name in ipairs { "popen", "tmpfile", "input", "output", "write_error" } do
              local ok, value = pcall(function() return io[name] end)
              if ok and value then found[#found + 1] = name end
            end
            for name in pairs(debug) do if name ~= "traceback" then found[#found + 1] = name end end
            if load("\\27Lua") then found[#found + 1] = "bytecode" end
            return table.concat(found, " ")
            """)
        #expect(results == [""])
    }

    @Test(
        "A script cannot change the modules of the API",
        arguments: [
            "speedpix", "json", "csv", "fs", "path", "log", "image", "io", "os",
        ])
    func apiTablesCannotBeChanged(name: String) async throws {
        let folder = try ScriptFolder()
        for script in [
            "\(name).x = 1", "\(name).open = print", "rawset(\(name), 'x', 1)", "setmetatable(\(name), {})",
            "getmetatable(\(name)).__index = {}",
        ] {
            #expect(await folder.failure(script) != nil, "\(script)")
        }
    }
}
