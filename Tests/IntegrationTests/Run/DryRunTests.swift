import Foundation
import SpeedPixCommands
import Testing

@Suite("Files in a dry run")
struct DryRunTests {
    /// A folder with the scripts of one section of a page, and photos.
    private func folder(_ page: String, _ title: String, photosIn place: String) throws -> TestFolder {
        let folder = try TestFolder()
        let section = try #require(try DocumentPage(page).sections.first { $0.title == title })
        for block in section.blocks {
            if let name = block.name { try folder.write(block.text, to: name) }
        }
        try FileManager.default.createDirectory(
            atPath: "\(folder.path)/\(place)", withIntermediateDirectories: true)
        for picture in ["dahlia.jpg", "coffee.png"] {
            try FileManager.default.copyItem(
                atPath: "\(TestFolder.repository)/examples/assets/\(picture)",
                toPath: "\(folder.path)/\(place)/\(picture)")
        }
        return folder
    }

    private func dryRun(_ script: String, in folder: TestFolder) async throws -> CommandRun {
        let before = try folder.snapshot()
        let run = await CommandRun(["run", script, "--dry-run"], in: folder)
        #expect(run.status == .success, "\(run.errors)")
        #expect(try folder.snapshot() == before)
        return run
    }

    @Test("A dry run of the cookbook's nightly.lua moves no photo, and a real run moves and makes all")
    func nightly() async throws {
        let folder = try folder("cookbook.md", "Every night", photosIn: "inbox")
        let dry = try await dryRun("nightly.lua", in: folder)
        let lines = dry.errors.split(separator: "\n").map(String.init)
        #expect(dry.output.hasSuffix("\t2 made\t0 failed\n"), "\(dry.output)")
        for line in [
            "would make the folder inbox/done", "would rename inbox/coffee.png to inbox/done/coffee.png",
            "would rename inbox/dahlia.jpg to inbox/done/dahlia.jpg", "would make the folder white",
        ] {
            #expect(lines.filter { $0 == line }.count == 1, "\(dry.errors)")
        }
        #expect(lines.contains { $0.hasPrefix("would write white/coffee.png (") }, "\(dry.errors)")
        #expect(!dry.errors.contains("would remove"), "\(dry.errors)")

        let real = await CommandRun(["run", "nightly.lua", "--local"], in: folder)
        #expect(real.output.hasSuffix("\t2 made\t0 failed\n"), "\(real.errors)")
        #expect(
            folder.contents == [
                "inbox", "inbox/done", "inbox/done/coffee.png", "inbox/done/dahlia.jpg", "nightly.lua", "white",
                "white/coffee.png", "white/dahlia.png",
            ])
    }

    @Test("A dry run of the cookbook's order.lua creates nothing, and real runs create and then download")
    func order() async throws {
        let folder = try folder("cookbook.md", "Order today, fetch tomorrow", photosIn: ".")
        let dry = try await dryRun("order.lua", in: folder)
        #expect(dry.errors.matches(of: /would create white-background/).count == 2, "\(dry.errors)")
        #expect(!dry.errors.contains("would write"), "\(dry.errors)")
        let state = try TestFolder()
        for (arguments, count) in [([], 0), (["--resume"], 2)] {
            let run = await CommandRun(
                ["run", "order.lua", "--local"] + arguments, in: folder, environment: ["SPEEDPIX_STATE": state.path])
            #expect(run.status == .success, "\(run.errors)")
            #expect(folder.contents.filter { $0.hasPrefix("white/") }.count == count)
        }
    }

    @Test("A dry run of the tutorial's shop.lua keeps the user's table, and a real run writes it")
    func shop() async throws {
        let folder = try folder("tutorial.md", "8. Your own automation", photosIn: "photos")
        try folder.write("mine,kept\n", to: "cards.csv")
        let dry = try await dryRun("shop.lua", in: folder)
        #expect(dry.output == "coffee.png\tdone\ndahlia.jpg\tdone\n")
        #expect(dry.errors.contains("would write cards.csv ("), "\(dry.errors)")
        #expect(dry.errors.contains("would write sheet.jpg ("), "\(dry.errors)")
        let real = await CommandRun(["run", "shop.lua", "--local"], in: folder)
        #expect(real.status == .success && real.output == dry.output, "\(real.errors)")
        #expect(
            try folder.read("cards.csv") == Array("photo,state\r\ncoffee.png,done\r\ndahlia.jpg,done\r\n".utf8))
        #expect(folder.contents.contains("cards/coffee.jpg") && folder.contents.contains("sheet.jpg"))
    }

    /// The subject that a cutout finds is half as wide as the picture, of which the thumbnail has 256 pixels.
    @Test("A placeholder of a dry run is a square picture of 1,024 pixels that works in all functions")
    func placeholders() async throws {
        let folder = try TestFolder()
        let run = await CommandRun(
            ["run", "-", "--dry-run", "--out", "results"], in: folder,
            input: """
                local out = run("echo", {})
                local picture = out.images
                print(picture.format, picture.mime_type, picture.width, picture.height, picture:aspect_ratio(),
                  picture:resolution())
                print(picture:is_square(), picture:is_portrait(), picture:is_landscape(), picture:is_hd(), picture:is_4k())
                local opened, saved = image.open(picture), image.open(picture:save("white/"))
                print(opened.width, opened.height, saved.width, saved.height, fs.size("white/images.png") == picture.size)
                print(image.open(speedpix.bytes(picture:read(), "x.png")):thumbnail(256):cutout().width)
                local job = create("echo", {})
                wait(job)
                for _, path in ipairs(job:save_all("all")) do print(fs.exists(path)) end
                show(picture)
                """)
        #expect(run.status == .success, "\(run.errors)")
        #expect(
            run.output.hasPrefix(
                """
                png\timage/png\t1024\t1024\t1.0\t1024x1024
                true\tfalse\tfalse\ttrue\tfalse
                1024\t1024\t1024\t1024\ttrue
                128
                true
                images.png: png, 1024×1024, \

                """.trimmingCharacters(in: .newlines)), "\(run.output)")
        #expect(folder.contents == [], "\(folder.contents)")
        #expect(run.errors.contains("would write results/white/images.png ("), "\(run.errors)")
    }

    @Test("A dry run lists the upload of a file that it has written itself")
    func uploads() async throws {
        let folder = try TestFolder()
        let run = await CommandRun(
            ["run", "-", "--dry-run"], in: folder,
            input: "fs.write('a.txt', 'hello') run('echo', { file = './a.txt' }) fs.remove('a.txt')")
        #expect(run.status == .success, "\(run.errors)")
        #expect(
            run.errors == """
                would upload ./a.txt (5 B)
                would create echo { file = <./a.txt> }
                dry run: nothing was sent; a real run would create 1 prediction and upload 1 file, 5 B

                """, "\(run.errors)")
        #expect(folder.contents == [])
    }

    @Test("A failed dry run changes nothing and lists what came before")
    func failure() async throws {
        let folder = try TestFolder()
        try folder.write("x", to: "a.txt")
        let before = try folder.snapshot()
        let run = await CommandRun(
            ["run", "-", "--dry-run"], in: folder,
            input: "os.rename('a.txt', 'b.txt') fs.write('a.txt', 'y') error('stop')")
        #expect(run.status == .failure)
        #expect(run.errors.contains("would rename a.txt to b.txt\nwould write a.txt (1 B)\n"), "\(run.errors)")
        #expect(try folder.snapshot() == before)
    }
}

extension TestFolder {
    /// Everything in it: contents, and when each was last changed.
    fileprivate func snapshot() throws -> [String: Data] {
        var all: [String: Data] = [:]
        for name in contents + ["."] {
            let full = "\(path)/\(name)"
            let attributes = try FileManager.default.attributesOfItem(atPath: full)
            let changed = (attributes[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
            all[name] = (FileManager.default.contents(atPath: full) ?? Data()) + Data("\(changed)".utf8)
        }
        return all
    }
}
