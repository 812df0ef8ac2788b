import Foundation
import Imaging
import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixCommands

@Suite("The report of a run")
struct ReportTests {
    private static let script = """
        local list = { 1, 2, 3, 4 }
        speedpix.settle(list, function(i)
          if i == 2 then return run("echo", { fail = "no </script><img src=x onerror=alert(1)>", text = "<b>bold</b>" }) end
          local out = run("echo", { image = "./a.png", text = "number " .. i, data = { ["a-b"] = true, list = { 1, 2 } } },
            { alias_id = "main" })
          if i ~= 3 then out.images:save("out/" .. i .. ".png") end
          return out
        end)
        run("echo", { text = "plain" })
        """

    private func report(_ script: String, _ arguments: [String] = [], in folder: TestFolder) async throws -> String {
        let run = await CommandRun.local(script, ["--report", "r.html", "--quiet"] + arguments, in: folder)
        try #require(folder.contents.contains("r.html"), "\(run.errors)")
        return String(decoding: try folder.read("r.html"), as: UTF8.self)
    }

    /// A slip of the shell must not cost anybody a script or a result.
    @Test("A report replaces an earlier report and no other file")
    func nothingButAReportIsReplaced() async throws {
        let folder = try self.folder()
        try folder.write("print('never')", to: "r.html")
        let refused = await CommandRun.local(Self.script, ["--report", "r.html"], in: folder)
        #expect(refused.status == .usage && refused.output.isEmpty, "\(refused.errors)")
        #expect(refused.errors.contains("r.html is there already"))
        #expect(try folder.read("r.html") == Array("print('never')".utf8))
        let saved = await CommandRun.local(
            "run('echo', { image = './a.png' }).images:save('new.html')", ["--report", "new.html"], in: folder)
        #expect(saved.status != .success && saved.errors.contains("new.html is there already"), "\(saved.errors)")
        #expect(try folder.read("new.html") == folder.read("a.png"))
        _ = try await report("print(1)", in: try self.folder())
    }

    private func folder() throws -> TestFolder {
        let folder = try TestFolder()
        try Image.blank(width: 900, height: 600, color: Color(red: 200, green: 40, blue: 90))
            .write(to: "\(folder.path)/a.png")
        return folder
    }

    /// What the page is told, as its script reads it.
    private func data(_ page: String) throws -> JSONValue {
        let match = try #require(page.firstMatch(of: /<script type="application\/json" id="run">(.*)<\/script>/))
        return try JSONValue(parsing: Array(match.output.1.utf8))
    }

    @Test("A report has input, outputs, pictures and Lua of each prediction")
    func entriesOfPredictions() async throws {
        let folder = try folder()
        let page = try await report(Self.script, in: folder)
        let data = try data(page)
        let entries = try #require(data["entries"]?.arrayValue)
        #expect(entries.count == 5)
        let failed = try #require(entries.first { $0["status"]?.stringValue == "failed" })
        #expect(failed["error"]?.stringValue == "no </script><img src=x onerror=alert(1)>")
        let done = entries.filter { $0["status"]?.stringValue == "succeeded" }
        // What was not saved has a picture, too; and the input has the one of its file.
        let all = done.flatMap { $0["outputs"]?.arrayValue ?? [] }
        #expect(all.count == 3 && all.allSatisfy { $0["picture"] != -1 })
        #expect(all.compactMap { $0["path"]?.stringValue }.count == 2)
        #expect(all.compactMap { $0["downloaded"] }.count == 2)
        let first = try #require(done.first { $0["options"]?["alias_id"] != nil })
        #expect(first["sources"]?.arrayValue?.first?["name"]?.stringValue == "./a.png")
        #expect(first["input"]?["image"]?.stringValue == "./a.png")
        let lua = try #require(first["lua"]?.stringValue)
        #expect(lua.contains(#"image = "./a.png","#) && lua.contains(#"["a-b"] = true,"#), "\(lua)")
        // What is copied runs.
        let again = await CommandRun.local(lua + "\nprint(out.text)", ["--quiet"], in: folder)
        #expect(again.status == .success && again.output.hasPrefix("number "), "\(again.errors)")
    }

    @Test("A report loads nothing from elsewhere and shows markup in texts as text")
    func markupInTexts() async throws {
        let folder = try folder()
        let run = await CommandRun(
            ["run", "-", "--local", "--report", "r.html"], in: folder, input: Self.script, token: "s3cr3t-token")
        #expect(run.status == .success, "\(run.errors)")
        let page = String(decoding: try folder.read("r.html"), as: UTF8.self)
        #expect(page.contains("default-src 'none'"))
        // Elements that a stranger's text would have made.
        #expect(!page.contains("<img src=x") && !page.contains("<b>bold"))
        // A script of the page's own and two of data; nothing ends before its time.
        #expect(page.ranges(of: "<script").count == 3 && page.ranges(of: "</script>").count == 3)
        #expect(!page.contains("signature=") && !page.contains("expires="))
        for attribute in ["src=\"http", "href=", "@import", "url(http", "fetch("] { #expect(!page.contains(attribute)) }
    }

    @Test("A report has the pictures that the script made, and the items that failed before a prediction")
    func madePicturesAndFailedItems() async throws {
        let folder = try folder()
        let page = try await report(
            """
            image.open("a.png"):resize(90, 60):save("small.png")
            run("echo", { image = "./a.png" }).images:save("result.png")
            speedpix.settle({ { sku = "A1" } }, function() error("no photo of it") end)
            """, in: folder)
        let entries = try #require(try data(page)["entries"]?.arrayValue)
        let made = entries.filter { $0["status"]?.stringValue == "made" }
        #expect(made.count == 1)
        #expect(made.first?["workflow"]?.stringValue == "small.png")
        #expect(made.first?["outputs"]?.arrayValue?.first?["picture"] != -1)
        let failed = entries.filter { $0["status"]?.stringValue == "failed" }
        #expect(failed.first?["label"]?.stringValue == "A1")
        #expect(failed.first?["error"]?.stringValue?.contains("no photo of it") == true)
    }

    @Test("A report marks the result of which its workflow is not sure, as do the run's lines")
    func unsureResults() async throws {
        let folder = try folder()
        let subject = try Image.blank(width: 60, height: 80, color: Color("#7a1f1f"))
        for (name, y) in [("sure", 60), ("unsure", 120)] {
            try Image.blank(width: 300, height: 200, color: Color("#d8d8d8")).composited(subject, x: 100, y: y)
                .write(to: "\(folder.path)/\(name).png")
        }
        let run = await CommandRun.local(
            """
            for _, name in ipairs { "sure", "unsure" } do run("white-background", { image = "./" .. name .. ".png" }) end
            """, ["--report", "r.html"], in: folder)
        #expect(run.errors.contains(", unsure: touches_border\n"), "\(run.errors)")
        #expect(run.errors.contains("1 result is unsure: 1 touches_border\n"), "\(run.errors)")
        let data = try data(String(decoding: try folder.read("r.html"), as: UTF8.self))
        let entries = try #require(data["entries"]?.arrayValue)
        #expect(entries.map { $0["unsure"]?.stringValue } == [nil, "unsure: touches_border"])
        #expect(data["facts"]?.arrayValue?.contains("1 unsure") == true)
    }

    @Test("A report of the local gateway has no URLs of it, and shows the time of day with its zone")
    func endedURLs() async throws {
        let folder = try folder()
        let run = await CommandRun(
            ["run", "-", "--local", "--report", "r.html", "--quiet"], in: folder,
            input: """
                local out = run("echo", { image = "./a.png", text = "one" })
                run("echo", { image = out.images, text = "see " .. out.images.url })
                """,
            setting: { context in
                context.now = { Date(timeIntervalSince1970: 1_780_000_000) }
                if let zone = TimeZone(secondsFromGMT: 8 * 3600) { context.timeZone = zone }
            })
        #expect(run.status == .success, "\(run.errors)")
        let data = try data(String(decoding: try folder.read("r.html"), as: UTF8.self))
        let entries = try #require(data["entries"]?.arrayValue)
        #expect(entries.allSatisfy { $0["outputs"]?.arrayValue?.allSatisfy { $0["url"] == nil } == true })
        #expect(entries.last?["input"]?["image"]?.stringValue?.contains(" of ") == true)
        #expect(data["facts"]?.arrayValue?.first?.stringValue == "2026-05-29 04:26:40+08:00")
    }

    @Test("The name of a report has the date, the time and the run's number where it says so")
    func names() async throws {
        let folder = try TestFolder()
        let zone = try #require(TimeZone(secondsFromGMT: 8 * 3600))
        let name = ReportName("r-{date}_{time}-{run}.html", began: Date(timeIntervalSince1970: 1_780_000_000), in: zone)
        #expect(name.path(run: 12) == "r-2026-05-29_04-26-40-12.html")
        #expect(name.path(run: nil) == "r-2026-05-29_04-26-40-0.html")
        // Without a home a gateway's predictions end with it, and nothing is written down.
        let run = await CommandRun(
            ["run", "-", "--local", "--report", "night-{run}.html"], in: folder,
            input: "run('echo', { text = 'x' })", environment: ["HOME": folder.path])
        #expect(run.errors.contains("report: night-1.html"), "\(run.errors)")
        #expect(folder.contents.contains("night-1.html"))
    }

    @Test(
        "The name of a report with a placeholder that there is not is refused before the run",
        arguments: [
            ("{x}", ""), ("{dat}", "; did you mean {date}?"), ("{Run}", "; did you mean {run}?"),
        ])
    func unknownPlaceholders(placeholder: String, nearest: String) async throws {
        let folder = try TestFolder()
        let run = await CommandRun.local(
            "print('never')", ["--report", "rep-{date}_\(placeholder).html"], in: folder)
        #expect(run.status == .usage && run.output.isEmpty, "\(run.errors)")
        #expect(
            run.errors.contains(
                "--report knows no \(placeholder): in the name can be {date}, {time} and {run}\(nearest)\n"),
            "\(run.errors)")
        #expect(folder.contents.allSatisfy { !$0.hasSuffix(".html") })
    }

    @Test("Braces without a word in a report's name are part of it")
    func bracesOfANameStay() throws {
        try ReportName.check("{1}/{}-{date}{time}{run}.html")
    }

    @Test("A report contains no signatures of URLs")
    func theSecretAndSignaturesAreLeftOut() async throws {
        let folder = try folder()
        let page = try await report(
            """
            local out = run("echo", { image = "./a.png" })
            local more = "https://ada:word@y.test/b#token s3://z.test/c?key=2"
            run("echo", {
              text = "see " .. out.images.url .. " and (https://x.test/a?sig=1) " .. more, image = out.images })
            error("failed at " .. out.images.url)
            """, in: folder)
        #expect(!page.contains("signature=") && !page.contains("sig=1"))
        #expect(page.contains("https://y.test/b s3://z.test/c") && !page.contains("ada:word"))
        #expect(!page.contains("#token") && !page.contains("key=2"))
        #expect(page.contains("https://x.test/a)"))
        let lua = try data(page)["entries"]?.arrayValue?.last?["lua"]?.stringValue
        #expect(lua?.contains("speedpix.get(\"") == true && lua?.contains(".files[1]") == true, "\(lua ?? "")")
        #expect(try data(page)["problem"]?.stringValue?.contains("failed at") == true)
    }

    @Test("A run that fails without results has a report with its error")
    func reportOfAFailedRun() async throws {
        let folder = try TestFolder()
        let page = try await report("error('mine')", in: folder)
        #expect(try data(page)["problem"]?.stringValue?.contains("mine") == true)
        #expect(folder.contents == ["r.html"])
    }

    @Test("A report has no thumbnail of a truncated picture, and one of a picture with an odd scan header")
    func damagedThumbnails() async throws {
        let folder = try TestFolder()
        let jpeg = try PictureFiles.file(.jpeg)
        try folder.write(PictureFiles.cut(jpeg, to: 0.6), to: "cut.jpg")
        try folder.write(PictureFiles.cutAndClosed(jpeg, to: 0.6), to: "closed.jpg")
        try folder.write(PictureFiles.withOddScan(jpeg), to: "odd.jpg")
        try folder.write(PictureFiles.cut(try PictureFiles.file(.png), to: 0.6), to: "cut.png")
        let page = try await report(
            """
            for _, name in ipairs { "cut.jpg", "closed.jpg", "cut.png", "odd.jpg" } do
              run("echo", { image = "./" .. name, text = name }).images:save("out/" .. name)
              run("echo", { image = speedpix.bytes(fs.read(name), name), text = name })
            end
            """, in: folder)
        let entries = try #require(data(page)["entries"]?.arrayValue)
        #expect(entries.count == 8)
        for entry in entries {
            let name = entry["input"]?["text"]?.stringValue
            let picture = try #require(entry["outputs"]?.arrayValue?.first?["picture"])
            #expect((picture != -1) == (name == "odd.jpg"), "\(name ?? ""): \(entry)")
        }
    }

    @Test("A prompt that begins like a drive is text in the Lua of a create, and what turns text around is escaped")
    func textsThatNeedCare() async throws {
        let folder = try TestFolder()
        let page = try await report(
            #"""
            run("echo", { text = "C:/a prompt", data = { ["end"] = "a\u{202E}b", key_1 = "\1\r" } })
            """#, in: folder)
        let lua = try #require(data(page)["entries"]?.arrayValue?.first?["lua"]?.stringValue)
        #expect(lua.contains(#"text = speedpix.text("C:/a prompt"),"#), "\(lua)")
        #expect(lua.contains(#"["end"] = "a\u{202E}b","#) && lua.contains(#"key_1 = "\u{1}\r","#), "\(lua)")
        let again = await CommandRun.local(lua + "\nprint(out.text, #out.data.key_1)", ["--quiet"], in: folder)
        #expect(again.output == "C:/a prompt\t2\n", "\(again.errors)")
    }

    @Test("A report keeps all digits of whole numbers that a browser would round, also in its Lua")
    func wholeNumbers() async throws {
        let folder = try TestFolder()
        let page = try await report(
            """
            local seed = uint64("15417283946501827364")
            run("echo", { text = "x", data = { seed = seed, id = 9007199254740993, small = 9007199254740992 } })
            """, in: folder)
        let entry = try #require(data(page)["entries"]?.arrayValue?.first)
        let expected: JSONValue = [
            "seed": "15417283946501827364", "id": "9007199254740993", "small": 9_007_199_254_740_992,
        ]
        #expect(entry["input"]?["data"] == expected && entry["data"]?["data"] == expected, "\(entry)")
        let lua = try #require(entry["lua"]?.stringValue)
        #expect(
            lua.contains("seed = uint64(\"15417283946501827364\"),") && lua.contains("id = 9007199254740993,"), "\(lua)"
        )
        let again = await CommandRun.local(lua + "\nprint(out.data.seed)", ["--quiet"], in: folder)
        #expect(again.output == "15417283946501827364\n", "\(again.errors)")
    }

    @Test("--report with --dry-run is a usage error")
    func reportOfADryRunIsRefused() async throws {
        let run = await CommandRun.local("", ["--dry-run", "--report", "r.html"], in: try TestFolder())
        #expect(run.status == .usage)
    }

    /// In the browser itself, if there is one: the page's script must get through under its own policy.
    @Test(
        "A browser shows tiles, details and pictures of a report",
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/chromium")))
    func shownInABrowser() async throws {
        let folder = try folder()
        _ = try await report(Self.script, in: folder)
        func browse(_ arguments: [String]) async throws -> String {
            try await Subprocess.run(
                "/usr/bin/chromium",
                ["--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=\(folder.path)/profile"]
                    + ["--virtual-time-budget=3000"] + arguments, folder: folder.path
            ).output
        }
        let drawn = try await browse(["--dump-dom", "file://\(folder.path)/r.html#1"])
        #expect(drawn.ranges(of: "class=\"tile ").count == 5, "\(drawn.suffix(2000))")
        #expect(drawn.ranges(of: "class=\"lane\"").count == 5)
        // Failures first, as text.
        #expect(drawn.firstRange(of: "tile failed")!.lowerBound < drawn.firstRange(of: "tile succeeded")!.lowerBound)
        #expect(drawn.contains("&lt;b&gt;bold&lt;/b&gt;") && !drawn.contains("<img src=\"x\""))
        #expect(drawn.contains("<dialog id=\"detail\" aria-labelledby=\"detail-title\" open"))
        _ = try await browse([
            "--window-size=900,700", "--screenshot=\(folder.path)/shot.png", "file://\(folder.path)/r.html",
        ])
        let shot = try Image.open(path: "\(folder.path)/shot.png")
        #expect(shot.width == 900)
        // The pictures' own red is on the screen.
        let pixels = shot.pixels
        let bands = shot.hasAlpha ? 4 : 3
        let red = stride(from: 0, to: pixels.count, by: bands).filter {
            abs(Int(pixels[$0]) - 200) < 12 && abs(Int(pixels[$0 + 1]) - 40) < 12 && abs(Int(pixels[$0 + 2]) - 90) < 12
        }
        #expect(red.count > 10_000)
    }
}
