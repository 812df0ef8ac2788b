import Foundation
import SpeedPixCommands
import Testing

@Suite("Where scripts come from, and where what they write goes", .timeLimit(.minutes(3)))
struct ScriptSourceTests {
    private static let script = "print('ran', speedpix.script_dir, require and pcall(require, 'shapes'))"

    private func makePipe(_ name: String, in folder: TestFolder) throws -> String {
        #expect(mkfifo(folder[name], 0o600) == 0)
        return folder[name]
    }

    /// Writes to a named pipe on a thread of its own: the open waits for a reader.
    private func feed(_ path: String, _ text: String) {
        Thread { try? Data(text.utf8).write(to: URL(filePath: path), options: []) }.start()
    }

    @Test("A script that is a link finds modules, settings, assets and its folder beside the real file")
    func links() async throws {
        let folder = try TestFolder()
        try folder.write("return 'round'", to: "real/shapes.lua")
        try folder.write("endpoint = \"http://127.0.0.1:1\"\n", to: "real/speedpix.toml")
        try folder.write("asset", to: "real/note.txt")
        try folder.write(
            """
            assert(speedpix.script_dir == "\(folder["real"])", speedpix.script_dir)
            print(require("shapes"), fs.read(path.join(speedpix.script_dir, "note.txt")))
            """, to: "real/main.lua")
        try folder.makeFolder("work")
        try folder.link("work/main.lua", to: "../real/main.lua")
        let run = await CommandRun(
            ["run", "main.lua", "--local"], in: folder, setting: { $0.workingDirectory = folder["work"] })
        #expect(run.status == .success && run.output == "round\tasset\n", "\(run)")
        let check = await CommandRun(["check", "work/main.lua"], in: folder)
        #expect(check.status == .success, "\(check)")
        // Its settings name the service.
        let service = await CommandRun(
            ["run", "main.lua", "--timeout", "5"], in: folder,
            environment: ["SPEEDPIX_APP_KEY": "key", "SPEEDPIX_APP_SECRET": "secret"],
            setting: { $0.workingDirectory = folder["work"] })
        #expect(service.status == .success, "\(service)")
        try folder.write("print(run('echo', {}))", to: "real/main.lua")
        let asked = await CommandRun(
            ["run", "main.lua", "--timeout", "5", "--no-journal"], in: folder,
            environment: ["SPEEDPIX_APP_KEY": "key", "SPEEDPIX_APP_SECRET": "secret"],
            setting: { $0.workingDirectory = folder["work"] })
        #expect(asked.status != .success && asked.errors.contains("127.0.0.1"), "\(asked)")
    }

    @Test(
        "script_dir is nil for a script from standard input, by each of its names",
        arguments: ["-", "/dev/stdin", "/dev/fd/0"])
    func standardInput(name: String) async throws {
        let folder = try TestFolder()
        let run = await CommandRun(
            ["run", name, "--local"], in: folder, input: "print(speedpix.script_dir, io.read())")
        #expect(run.status == .success && run.output == "nil\tnil\n", "\(run)")
        let check = await CommandRun(
            ["check", name], in: folder, input: "print(speedpix.script_dir) speedpix.script_dri()")
        #expect(check.output.contains("stdin:1:") && check.output.contains("script_dri"), "\(check)")
        #expect(!check.output.contains("script_dir'"), "\(check)")
    }

    @Test("run, check and run --help read a script from a named pipe, which leaves standard input to the script")
    func namedPipe() async throws {
        let folder = try TestFolder()
        let pipe = try makePipe("script", in: folder)
        feed(pipe, "print(speedpix.script_dir, io.read())")
        let run = await CommandRun(["run", "script", "--local"], in: folder, input: "a line\n")
        #expect(run.status == .success && run.output == "nil\ta line\n", "\(run)")
        feed(pipe, "x = = 1")
        let check = await CommandRun(["check", "script"], in: folder)
        #expect(check.status == .failure && check.output.hasPrefix("script:1:"), "\(check)")
        feed(pipe, "speedpix.params { count = { type = 'integer', default = 4 } }")
        let help = await CommandRun(["run", "script", "--help"], in: folder)
        #expect(help.output.contains("count"), "\(help)")
        feed(pipe, "")
        let watch = await CommandRun(["run", "script", "--local", "--watch"], in: folder)
        #expect(watch.status == .usage && watch.errors.contains("does not change"), "\(watch)")
    }

    @Test("A named pipe that gives more than a script may have is refused")
    func largePipe() async throws {
        let folder = try TestFolder()
        let pipe = try makePipe("script", in: folder)
        feed(pipe, String(repeating: "-", count: (64 << 20) + 1))
        let run = await CommandRun(["run", "script", "--local"], in: folder)
        #expect(run.status == .usage && run.errors.contains("larger than 64 MiB"), "\(run)")
    }

    @Test("The wait for a pipe that nobody writes to ends with the command")
    func canceled() async throws {
        let folder = try TestFolder()
        _ = try makePipe("script", in: folder)
        let run = Task { await CommandRun(["run", "script", "--local"], in: folder) }
        run.cancel()
        #expect(await run.value.status == .interrupted)
    }

    @Test("The program reads what a shell hands over, and a signal ends the wait for a pipe")
    func shell() throws {
        let folder = try TestFolder()
        for (line, output) in [
            ("run <(echo 'print(1, io.read())') --local --quiet <<< two", "1\ttwo"),
            ("run /dev/stdin --local --quiet <<< 'print(3)'", "3"),
            ("run /dev/fd/5 --local --quiet 5<<< 'print(4)'", "4"), ("check <(echo 'print(1)')", ""),
        ] {
            let shell = try Subprocess("/bin/bash", ["-c", "'\(Subprocess.speedpix)' \(line)"], folder: folder.path)
            let end = shell.finish()
            #expect(end.status == 0 && end.output == output, "\(line): \(end)")
        }
        let pipe = try makePipe("script", in: folder)
        let run = try Subprocess(Subprocess.speedpix, ["run", "script", "--local", "--quiet"], folder: folder.path)
        // The open waits until the program is there to read.
        let writer = try FileHandle(forWritingTo: URL(filePath: pipe))
        try writer.write(contentsOf: Data("print(1)".utf8))
        run.interrupt()
        #expect(run.finish().status == 130)
        try writer.close()
    }

    @Test("A script that is not there gets a hint with the nearest one, and one that cannot be read its reason")
    func missing() async throws {
        let folder = try TestFolder()
        try folder.write("", to: "pipeline.lua")
        let run = await CommandRun(["run", "Pipeline.lua", "--local"], in: folder)
        #expect(run.status == .usage && run.errors.contains("did you mean 'pipeline.lua'?"), "\(run)")
        let folderRun = await CommandRun(["run", ".", "--local"], in: folder)
        #expect(folderRun.errors.contains("is a folder"))
        let upload = await CommandRun(["upload", "Pipeline.lua"], in: folder)
        #expect(upload.errors.contains("did you mean 'pipeline.lua'?"), "\(upload)")
        let predict = await CommandRun(["predict", "echo", "image=./pipelin.lua", "--local"], in: folder)
        #expect(predict.errors.contains("did you mean './pipeline.lua'?"), "\(predict)")
    }

    @Test(
        "A full disk behind standard output is a failure that one line tells",
        arguments: [
            "--help", "help run", "run --help", "version", "manual", "run a.lua --local --quiet", "eval 1",
            "check b.lua", "run a.lua --help",
        ])
    func fullDisk(line: String) throws {
        let folder = try TestFolder()
        try folder.write("print('hello')", to: "a.lua")
        try folder.write("x = = 1", to: "b.lua")
        let shell = try Subprocess(
            "/bin/sh", ["-c", "'\(Subprocess.speedpix)' \(line) > /dev/full"], folder: folder.path)
        let end = shell.finish()
        #expect(end.status != 0 && end.output.contains("No space left on device"), "\(end)")
        #expect(end.output.split(separator: "\n").count == 1, "\(end)")
    }

    @Test("An argument that is not UTF-8 is refused by its bytes")
    func arguments() throws {
        let folder = try TestFolder()
        let shell = try Subprocess(
            "/bin/sh", ["-c", "'\(Subprocess.speedpix)' upload \"$(printf 'a\\260.png')\""], folder: folder.path)
        let end = shell.finish()
        #expect(end.status == 2 && end.output.contains(#"not UTF-8 text: a\xB0.png"#), "\(end)")
    }

    @Test("Saved results keep a replaced file's permissions, and new ones have those that the umask leaves")
    func permissions() throws {
        let folder = try TestFolder()
        try folder.write(
            """
            for _, name in ipairs { "new.png", "kept.png" } do
              run("text-to-image", { prompt = name, width = 64, height = 64 }).images[1]:save(name)
              image.blank(2, 2):save("picture-" .. name)
              fs.write("text-" .. name, "x")
            end
            """, to: "a.lua")
        for name in ["kept.png", "picture-kept.png", "text-kept.png"] {
            try folder.write("old", to: name)
            chmod(folder[name], 0o640)
        }
        let shell = try Subprocess(
            "/bin/sh", ["-c", "umask 002; '\(Subprocess.speedpix)' run a.lua --local --quiet"], folder: folder.path)
        #expect(shell.finish().status == 0)
        for name in ["", "picture-", "text-"] {
            for (file, mode) in [("new.png", 0o664), ("kept.png", 0o640)] {
                let attributes = try FileManager.default.attributesOfItem(atPath: folder[name + file])
                #expect(attributes[.posixPermissions] as? Int == mode, "\(name + file)")
            }
        }
    }

    @Test(
        "Two results that would take one name are an error that names both, also in a dry run",
        arguments: [[], ["--dry-run"]])
    func conflicts(options: [String]) async throws {
        let folder = try TestFolder()
        let script = """
            local function make(name, options)
              local out = run("text-to-image", { prompt = name, width = 64, height = 64 }, { label = name })
              return path.basename(out.images[1]:save("out/" .. path.stem(name) .. ".png", options))
            end
            print(make("dahlia.jpg"))
            local ok, e = pcall(make, "dahlia.png")
            print(ok, e.code, e.message, e.hint)
            print(make("dahlia.png", { on_conflict = "rename" }), make("dahlia.gif", { on_conflict = "replace" }))
            local job = wait(create("text-to-image", { prompt = "x", width = 64, height = 64 }))
            print(#job:save_all("all"), pcall(job.save_all, job, "all", { on_conflict = "none" }))
            """
        let run = await CommandRun.local(script, ["--quiet"] + options, in: folder)
        #expect(run.status == .success, "\(run)")
        let lines = run.output.split(separator: "\n")
        #expect(lines.first == "dahlia.png" && lines.contains("dahlia-2.png\tdahlia.png"), "\(run.output)")
        #expect(run.output.contains("invalid_argument\ttwo results of this run would be saved as out/dahlia.png: "))
        #expect(run.output.contains("dahlia.jpg (") && run.output.contains("dahlia.png ("), "\(run.output)")
        #expect(run.output.contains("on_conflict of "), "\(run.output)")
    }

    @Test(
        "A result that is saved under ., .. or a name with a slash is a file of its own name in that folder",
        arguments: [".", "./", "sub/", "sub/."])
    func folders(name: String) async throws {
        let folder = try TestFolder()
        let script = """
            local out = run("text-to-image", { prompt = "x", width = 64, height = 64 })
            print(path.basename(out.images[1]:save("\(name)")))
            """
        let run = await CommandRun.local(script, ["--quiet", "--out", "new"], in: folder)
        #expect(run.status == .success && run.output == "text-to-image-images-1.png\n", "\(run)")
    }

    @Test("Results whose names are not UTF-8 are listed, uploaded and saved")
    func namesOfBytes() async throws {
        let folder = try TestFolder()
        let script = """
            image.blank(8, 8):save("in/\\xB0.png")
            local input = fs.images("./in")[1]
            local out = run("echo", { image = input, data = { speedpix.file(fs.glob("in/*.PNG")[1]) } })
            local saved = out.images:save("out/\\xB1/\\xB0.png")
            print(upload(input).filename, #saved - #"/out/x/x.png" > 0, image.open(saved).width, #fs.list("out/\\xB1"))
            """
        let run = await CommandRun.local(script, ["--json"], in: folder)
        #expect(run.status == .success, "\(run)")
        #expect(run.output.contains(#""text":"%B0.png\ttrue\t8\t1"#), "\(run.output)")
        #expect(run.output.contains(#"out/\\xB1/\\xB0.png"#), "\(run.output)")
    }
}
