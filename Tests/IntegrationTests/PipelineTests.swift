import Testing

@Suite("Scripts against the local gateway")
struct PipelineTests {
    @Test("upload, create, wait, run and save work together in a script")
    func verbs() async throws {
        let folder = try TestFolder()
        try folder.write("some text", to: "note.txt")
        let run = await CommandRun.local(
            """
            local file = upload("./note.txt")
            print(file.size, file.mime_type, tostring(file) == file.url)
            local data = { list = speedpix.array{}, none = speedpix.null }
            local job = create("echo", { image = file, text = "t", data = data })
            print(job.status ~= "succeeded", job.workflow_id, #job.id > 8)
            local function on_progress(p) seen = p.id == job.id end
            local done = wait(job, { timeout = 60, polling_interval = 0.05, on_progress = on_progress })
            print(done == job, done.status, done.output.text, done.output.data.list[1], done.output.data.none)
            print(done.output.images:save("copy/"), done.output.images:read() == "some text")
            print(run("echo", { image = done.output.images }).images:save("again.txt"))
            print(#done.files, done.files[1].filename, done:save_all("all")[1])
            """, in: folder)
        #expect(run.status == .success, "\(run.errors)")
        #expect(
            run.output == """
                9\ttext/plain\ttrue
                true\techo\ttrue
                true\tsucceeded\tt\tnil\tnull
                \(folder.path)/copy/note.txt\ttrue
                \(folder.path)/again.txt
                1\tnote.txt\t\(folder.path)/all/note.txt

                """)
        #expect(try folder.read("again.txt") == Array("some text".utf8))
    }

    @Test("upload in a script reports its progress and stops when the callback fails")
    func uploadProgress() async throws {
        let folder = try TestFolder()
        try folder.write(String(repeating: "x", count: 300_000), to: "large.txt")
        let run = await CommandRun.local(
            """
            local last, calls = 0, 0
            local function on_progress(done, total)
              assert(done >= last and total == 300000)
              last, calls = done, calls + 1
            end
            print(upload("./large.txt", { on_progress = on_progress }).size, last, calls > 1)
            print(pcall(upload, "./large.txt", { on_progress = function() error("enough", 0) end }))
            """, in: folder)
        #expect(run.status == .success, "\(run.errors)")
        #expect(run.output == "300000\t300000\ttrue\nfalse\tenough\n")
    }

    @Test("A script's input files at any depth are uploaded once")
    func filesAtAnyDepthAreUploadedOnce() async throws {
        let folder = try TestFolder()
        try folder.write("abc", to: "a.txt")
        let run = await CommandRun.local(
            """
            local input = { data = { deep = { "./a.txt", { again = "./a.txt" } }, text = speedpix.text("./a.txt"),
              bytes = speedpix.bytes("x\\0y", "b.bin"), prompt = "/imagine a cat", file = speedpix.file("a.txt") } }
            local data = run("echo", input).data
            print(data.deep[1].url == data.deep[2].again.url, data.deep[1].url == data.file.url, data.text, data.prompt)
            print(input.data.deep[1], #data.bytes:read())
            """, in: folder)
        #expect(run.status == .success, "\(run.errors)")
        #expect(run.output == "true\ttrue\t./a.txt\t/imagine a cat\n./a.txt\t3\n")
    }

    @Test("run and create do not change the script's input table")
    func inputIsUnchanged() async throws {
        let folder = try TestFolder()
        try folder.write("abc", to: "a.txt")
        let run = await CommandRun.local(
            """
            local input = { image = "./a.txt", text = "t",
              data = { list = speedpix.array{}, none = speedpix.null, deep = { "./a.txt", 1.5 } } }
            local function text() return json.encode(input, { sort_keys = true }) end
            local before = text()
            run("echo", input)
            wait(create("echo", input))
            print(text() == before, before)
            """, in: folder)
        #expect(run.status == .success, "\(run.errors)")
        #expect(
            run.output == """
                true\t{"data":{"deep":["./a.txt",1.5],"list":[],"none":null},"image":"./a.txt","text":"t"}

                """)
    }

    @Test("all, first, completed, settle and timeout work with predictions in a script")
    func jobsAreWaitedForTogether() async throws {
        let run = await CommandRun.local(
            """
            local function job(text, duration) return create("echo", { text = text, duration = duration }) end
            local all = speedpix.all { a = job("x"), b = job("y") }
            print(all.a.output.text, all.b.output.text)
            print(speedpix.first { job("slow", 3600), job("quick") }.output.text)
            local seen = {}
            for done in speedpix.completed { job("p"), create("echo", { fail = "no" }), speedpix.spawn(run, "echo") } do
              seen[#seen + 1] = done.status
            end
            table.sort(seen)
            print(table.concat(seen, " "))
            local settled = speedpix.settle({ "", "no" }, function(f) return run("echo", { fail = f, text = "t" }).text end)
            print(settled[1].value, settled[2].error.code)
            print(select(2, pcall(speedpix.timeout, 0.2, run, "echo", { duration = 3600 })).code)
            """, in: try TestFolder())
        #expect(run.status == .success, "\(run.errors)")
        #expect(
            run.output == "x\ty\nquick\nfailed succeeded succeeded\nt\tprediction_failed\ntimeout\n", "\(run.output)")
    }

    @Test("save in a script replaces a file and refuses paths outside the folder")
    func savingReplacesAndLeavesNothingElse() async throws {
        let folder = try TestFolder()
        try folder.write("old", to: "a.txt")
        let run = await CommandRun.local(
            """
            local out = run("echo", { image = speedpix.bytes("new", "n.txt") })
            out.images:save("a.txt")
            for _, path in ipairs { "../out.txt", "/tmp/speedpix-not-allowed.txt", "/etc/x.txt" } do
              local ok, e = pcall(out.images.save, out.images, path)
              print(ok, e.code)
            end
            """, in: folder)
        #expect(run.status == .success, "\(run.errors)")
        #expect(try folder.read("a.txt") == Array("new".utf8))
        #expect(run.output == String(repeating: "false\tnot_allowed\n", count: 3))
        #expect(!folder.contents.contains { $0.hasSuffix(".part") })
    }

    @Test("upload and save in a script do not follow links out of the folder")
    func symbolicLinksDoNotLeadOut() async throws {
        let folder = try TestFolder()
        let outside = try TestFolder()
        try outside.write("private", to: "secret.txt")
        try folder.link("out", to: outside.path)
        let run = await CommandRun.local(
            """
            local _, e = pcall(upload, "./out/secret.txt") print(e.code)
            local file = run("echo", { image = speedpix.bytes("x", "n.txt") }).images
            _, e = pcall(file.save, file, "out/new.txt") print(e.code)
            """, in: folder)
        #expect(run.output == "not_allowed\nnot_allowed\n", "\(run.errors)")
        #expect(outside.contents == ["secret.txt"])
    }

    @Test("A file name with .. in it loses its folders")
    func fileNameWithDots() async throws {
        let folder = try TestFolder()
        let run = await CommandRun.local(
            "print(run('echo', { image = speedpix.bytes('x', '../../evil.txt') }).images.filename)", in: folder)
        #expect(run.output == "evil.txt\n", "\(run.errors)")
    }

    @Test("A script's parameters are checked and have the declared types")
    func parametersAreCheckedAndTyped() async throws {
        let folder = try TestFolder()
        try folder.write("x", to: "a.txt")
        let script = """
            local p = speedpix.params {
              image = { type = "file", required = true }, count = { type = "integer", default = 4, min = 1, max = 9 },
              scale = { type = "number" }, fast = { type = "boolean", default = false }, name = { default = "n" },
            }
            print(p.image, math.type(p.count), p.count, p.scale, p.fast, p.name)
            """
        let good = await CommandRun.local(script, ["image=a.txt", "count=7", "fast=yes", "name=a=b"], in: folder)
        #expect(good.output == "./a.txt\tinteger\t7\tnil\ttrue\ta=b\n", "\(good.errors)")
        for (argument, text) in [
            ("count=10", "count must be at most 9, not '10'"), ("count=x", "count must be a whole number"),
            ("cuont=1", "did you mean 'count'?"), ("image=b.txt", "there is no file b.txt"),
            ("fast=maybe", "true or false"),
        ] {
            let image = argument.hasPrefix("image=") ? [] : ["image=a.txt"]
            let bad = await CommandRun.local(script, image + [argument], in: folder)
            #expect(bad.status == .usage && bad.errors.contains(text), "\(bad.errors)")
        }
        let missing = await CommandRun.local(script, in: folder)
        #expect(missing.errors.contains("the parameter image is missing"))
    }

    @Test("run --help sends nothing and stops at the script's first call")
    func helpSendsNothingAndStopsThere() async throws {
        let folder = try TestFolder()
        try folder.write("print('hi') pcall(run, 'echo', {}) run('echo', {}) speedpix.params { a = {} }", to: "s.lua")
        let run = await CommandRun(["run", "s.lua", "--help"], in: folder)
        #expect(run.output.contains("The script declares no parameters"))
        // One that fails by itself is an error, whatever its words.
        let words = "the script is only asked for its parameters; nothing is sent"
        try folder.write("error({ message = '\(words)' })", to: "own.lua")
        #expect(await CommandRun(["run", "own.lua", "--help"], in: folder).status == .failure)
        #expect(!run.output.contains("hi"))
    }
}
