import LuaRuntime
import SpeedPix
import SpeedPixLua
import Testing

@Suite("fs, path, io, os and log")
struct FileModuleTests {
    @Test("fs reads, lists, matches, makes, copies and removes files")
    func fsFunctions() async throws {
        let folder = try ScriptFolder()
        for name in ["photos/a.jpg", "photos/b.PNG", "photos/deep/c.jpg", "photos/.hidden.jpg", "notes.txt"] {
            try folder.write(name, to: name)
        }
        let results = try await folder.run(
            """
            assert(fs.exists("photos") and fs.exists("./photos/a.jpg") and not fs.exists("photos/x.jpg"))
            assert(fs.is_dir("photos") and not fs.is_file("photos") and fs.is_file("notes.txt") and not fs.is_dir("x"))
            assert(fs.size("notes.txt") == 9 and fs.read("notes.txt") == "notes.txt")
            fs.mkdir("made/deep/er") fs.mkdir("made") fs.mkdir("./")
            fs.write("new/folder/x.txt", "one") fs.copy("new/folder/x.txt", "new/y.txt")
            fs.remove("notes.txt")
            return json.encode { fs.list("photos"), fs.glob("photos/*.jpg"), fs.glob("**/*.{jpg,PNG}"), fs.glob("photos/[!a].*"),
              fs.glob("./photos/?.jpg"), fs.glob("nothing/*"), fs.glob("photos/a.jpg"), fs.list() }
            """)
        #expect(
            results == [
                .string(
                    #"[[".hidden.jpg","a.jpg","b.PNG","deep"],["./photos/a.jpg"],["./photos/a.jpg","./photos/b.PNG","./photos/deep/c.jpg"],"#
                        + #"["./photos/b.PNG"],["./photos/a.jpg"],[],["./photos/a.jpg"],["made","new","photos"]]"#)
            ])
        #expect(folder.contents.contains("made/deep/er"))
        #expect(try folder.text("new/y.txt") == "one")
        #expect(await folder.failure("fs.read('gone.txt')")?.code == "file_not_found")
        #expect(await folder.failure("fs.read('photos')")?.code == "invalid_argument")
        #expect(await folder.failure("fs.remove('photos')")?.code == "file_system")
        #expect(await folder.failure("fs.lst('photos')")?.message.contains("did you mean 'list'?") == true)
    }

    @Test("fs.read finds a file that fs.write has put into the output folder")
    func readFromTheOutputFolder() async throws {
        let folder = try ScriptFolder()
        var host = try folder.host()
        host.files.outputDirectory = "\(folder.path)/out"
        let path = try await folder.run(
            "local p = fs.write('a/b.txt', 'x') assert(fs.read('a/b.txt') == 'x') return p", host: host)
        #expect(path == [.string("\(folder.path)/out/a/b.txt")])
    }

    @Test("path joins paths and takes them apart")
    func pathFunctions() async throws {
        let results = try await ScriptFolder().run(
            """
            return path.join("a", "b/c", "d.jpg"), path.join("./photos", "a.jpg"), path.join("a", "/b"), path.basename("a/b.tar.gz"),
              path.stem("a/b.jpg"), path.extension("a/b.JPG"), path.dirname("a/b"), path.dirname("b"), path.extension("a"), path.join()
            """)
        #expect(results == ["a/b/c/d.jpg", "./photos/a.jpg", "/b", "b.tar.gz", "b", "JPG", "a", ".", "", ""])
    }

    @Test("io reads and writes files in Lua's formats and modes")
    func ioReadsAndWrites() async throws {
        let folder = try ScriptFolder()
        try folder.write("first\nsecond\n\n12 0x1F -2.5\nlast", to: "in.txt")
        try await folder.run(
            """
            local f = assert(io.open("in.txt"))
            assert(f:read() == "first" and f:read("L") == "second\\n" and f:read("l") == "")
            local a, b, c = f:read("n", "n", "n")
            assert(a == 12 and b == 31 and c == -2.5, tostring(b))
            assert(f:read(1) == "\\n" and f:read("a") == "last" and f:read() == nil and f:read("a") == "")
            assert(f:seek("set", 2) == 2 and f:read(3) == "rst" and f:seek() == 5)
            assert(io.type(f) == "file" and f:close() and io.type(f) == "closed file" and io.type(1) == nil)
            assert(not pcall(f.read, f))

            local lines = {}
            for line in io.lines("in.txt") do lines[#lines + 1] = line end
            assert(#lines == 5 and lines[5] == "last")

            local out <close> = assert(io.open("out.txt", "w"))
            assert(out:write("a", 1, 2.5) == out)
            out:close()
            local more = io.open("out.txt", "a") more:write("\\nb") more:close()
            local both = io.open("out.txt", "r+") assert(both:read() == "a12.5") both:write("?") both:close()
            assert(fs.read("out.txt") == "a12.5\\n?", fs.read("out.txt"))
            local none, message, code = io.open("gone.txt")
            assert(none == nil and message:find("gone.txt") and code == 2)
            """)
        #expect(await folder.failure("io.open('in.txt', 'x')")?.message.contains("no mode 'x'") == true)
        #expect(await folder.failure("io.lines('gone.txt')")?.code == "file_not_found")
    }

    @Test("io.lines reads a file of many lines")
    func linesOfALongFile() async throws {
        let folder = try ScriptFolder()
        try folder.write((1...20_000).map { "line \($0)" }.joined(separator: "\n"), to: "long.txt")
        let script = "local n, last = 0 for line in io.lines('long.txt') do n, last = n + 1, line end return n, last"
        #expect(try await folder.run(script) == [20_000, "line 20000"])
    }

    @Test("print, io and log use the host's streams")
    func hostStreams() async throws {
        let folder = try ScriptFolder()
        let console = Console()
        var host = try folder.host(console: console)
        host.streams.readInput = { Array("one\ntwo\n3".utf8) }
        let results = try await folder.run(
            """
            print(1, nil, true) io.write("a", 2) io.stdout:write("b", "\\n")
            io.stderr:write("wrong\\n")
            log.debug("d", 1) log.info(setmetatable({}, { __tostring = function() return "table" end })) log.warn("w") log.error("e")
            return io.read(), io.read("L"), io.stdin:read("n"), io.read()
            """, host: host)
        #expect(results == ["one", "two\n", 3, .nil])
        #expect(console.output == "1\tnil\ttrue\na2b\n" && console.errors == "wrong\n")
        #expect(console.logged == ["debug: d 1", "info: table", "warn: w", "error: e"])
        #expect(await folder.failure("log.wran('x')")?.message.contains("did you mean 'warn'?") == true)
    }

    @Test("os has dates and clocks, rename, remove and tmpname")
    func osFunctions() async throws {
        let folder = try ScriptFolder()
        try folder.write("x", to: "a.txt")
        try await folder.run(
            """
            assert(os.time() > 1.7e9 and os.date("%Y", 0) and os.clock() >= 0 and os.difftime(2, 1) == 1.0)
            assert(os.rename("a.txt", "b.txt") and fs.exists("b.txt") and not fs.exists("a.txt"))
            assert(os.remove("b.txt") and not fs.exists("b.txt"))
            local ok, message, code = os.remove("b.txt")
            assert(ok == nil and message:find("b.txt") and code == 2)
            local name = os.tmpname()
            assert(fs.is_file(name))
            os.remove(name)
            """)
        #expect(folder.contents == [])
        #expect(await folder.failure("os.tme()")?.message.contains("did you mean 'time'?") == true)
    }

    @Test(
        "A path of more than 4,096 bytes is refused, and sent as text in an input",
        arguments: [
            "fs.read(long)", "fs.exists(long)", "fs.write(long, '')", "fs.mkdir(long)", "io.open(long)",
            "os.remove(long)",
            "speedpix.upload(long)", "image.open(long)", "path.basename(long)", "path.join('a', long)",
            "path.join(half, half)", "fs.glob(long)", "csv.read(long)", "speedpix.upload(('a/'):rep(1e5))",
        ])
    func longPaths(_ call: String) async throws {
        let script = "local half, long = ('x'):rep(2100), ('x'):rep(1e6) \(call)"
        let error = await (try ScriptFolder()).failure(script)
        #expect(error?.code == "invalid_argument", "\(String(describing: error))")
        #expect((error?.message.utf8.count ?? 0) < 1000)
        #expect(!PathText.looksLikePath("./" + String(repeating: "x", count: 4096)))
    }
}
