import Foundation
import Imaging
import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixCommands

@Suite("The report of a batch")
struct BatchReportTests {
    /// Saves a picture for each row; a text `fail …` fails, and leaves none.
    private static let script = """
        local p = speedpix.params { text = { required = true }, count = { type = "integer", default = 1 } }
        if p.text:match("^fail") then error("there is no picture " .. p.count .. " of " .. p.text) end
        local path = "out/" .. p.text .. ".png"
        image.open("a.png"):save(path)
        return { saved = path, said = "</script><img src=x onerror=alert(1)>" }
        """

    private static func run(
        _ script: String = script, rows: String, _ body: @escaping @Sendable (BatchFixture) async throws -> Void
    ) async throws {
        try await BatchFixture.run(script, rows: rows) { fixture in
            try Image.blank(width: 90, height: 60, color: Color(red: 200, green: 40, blue: 90))
                .write(to: fixture.folder["a.png"])
            try fixture.folder.makeFolder("out")
            try await body(fixture)
        }
    }

    @Test("A report shows failures first, with values, pictures and links to what rows have saved")
    func smallReport() async throws {
        try await Self.run(rows: "sku,text,count\nA,red shoe,1\nB,fail,17\nC,fail,18\nD,blue,4\n") { fixture in
            let run = await fixture.batch("--report", "night-{run}.html")
            #expect(run.status == .predictionFailed && run.errors.contains("\nreport: night-1.html\n"), "\(run.errors)")
            let report = try WrittenReport(fixture.folder.text("night-1.html"))
            #expect(report.keys == ["B", "C", "A", "D"])
            #expect(report.states == ["failed", "failed", "succeeded", "succeeded"])
            // Both rows have one reason, and each its own message.
            #expect(report.reasons == [["script_error", "there is no picture … of fail"]])
            #expect(report.values(.message).first?.stringValue == "s.lua:2: there is no picture 17 of fail")
            #expect(report.pictures.count == 2)
            #expect(report.pictures.allSatisfy { $0.stringValue?.hasPrefix("data:image/webp;base64,") == true })
            #expect(Set(report.values(.pictures)) == [[], [0], [1]])
            let done = try #require(report.details.dropFirst(2).first)
            #expect(done["values"]?.pairs["saved"] == "out/red shoe.png")
            #expect(done["inputs"]?.pairs == ["text": "red shoe", "count": "1"])
            #expect(done["files"] == [["name": "red shoe.png", "link": "out/red%20shoe.png", "picture": 0]])
            #expect(done["ended"]?.stringValue?.isEmpty == false)
            #expect(!fixture.folder.contents.contains("night-1_files"))
        }
    }

    @Test("A report loads nothing from elsewhere, and has neither markup of texts, nor signatures, nor the secret")
    func strangersTexts() async throws {
        let script = """
            local p = speedpix.params { text = {}, count = {} }
            return { url = "https://ada:word@x.test/a.png?signature=abc", leaked = "the " .. "secret" .. " itself",
              said = p.text }
            """
        let rows = "sku,text,count\n</script><b>A,https://y.test/b?sig=1,1\n"
        try await Self.run(script, rows: rows) { fixture in
            let run = await fixture.batch("--report", "r.html")
            #expect(run.status == .success, "\(run.errors)")
            let report = try WrittenReport(fixture.folder.text("r.html"))
            #expect(report.keys == ["</script><b>A"])
            // Four of data and the page's own.
            #expect(report.page.ranges(of: "<script").count == 5 && report.page.ranges(of: "</script>").count == 5)
            #expect(!report.page.contains("<b>A") && report.page.contains("default-src 'none'; img-src data:; "))
            for text in ["signature=", "sig=1", "ada:word", "the secret"] { #expect(!report.page.contains(text)) }
            for text in ["src=\"http", "href=", "@import", "url(http", "fetch(", "innerHTML"] {
                #expect(!report.page.contains(text))
            }
            #expect(report.details.first?["values"]?.pairs["leaked"] == "the <redacted> itself")
            #expect(report.details.first?["values"]?.pairs["said"] == "https://y.test/b")
        }
    }

    @Test("A batch that goes on shows the rows of attempts before, with their pictures")
    func resumed() async throws {
        try await Self.run(rows: "sku,text\nA,one\nB,two\n") { fixture in
            #expect(await fixture.batch().status == .success)
            try fixture.folder.write("sku,text\nA,one\nB,two\nC,three\n", to: "rows.csv")
            try fixture.folder.remove("out/two.png")
            let run = await fixture.batch("--resume", "--report", "r.html")
            #expect(run.status == .success, "\(run.errors)")
            let report = try WrittenReport(fixture.folder.text("r.html"))
            #expect(report.keys == ["A", "B", "C"] && report.values(.earlier) == [1, 1, 0])
            #expect(report.facts.contains("2 done by attempts before"), "\(report.facts)")
            #expect(report.values(.pictures)[0] != [] && report.values(.pictures)[1] == [])
            // What is gone has no link.
            #expect(report.details.dropFirst().first?["files"] == [["name": "two.png"]])
            #expect(report.details.first?["values"]?.pairs["saved"] == "out/one.png")
            #expect(report.details.first?["ended"]?.stringValue?.isEmpty == false)
        }
    }

    @Test("A batch that stops early has its reason in the report, and rows that have not run last")
    func stoppedEarly() async throws {
        try await Self.run(BatchFixture.script, rows: BatchFixture.rows) { fixture in
            let run = await fixture.batch("--report", "r.html", "--budget", "1", "--concurrency", "1")
            #expect(run.status == .later, "\(run.errors)")
            let report = try WrittenReport(fixture.folder.text("r.html"))
            #expect(report.states == ["succeeded", "not_run", "not_run"])
            let sentence = "stopped, since the budget of 1 prediction is used up"
            #expect(report.reasons == [["budget", sentence]])
            #expect(report.batch["head"]?["problem"]?.stringValue == sentence)
            #expect(report.values(.predictions) == [1, 0, 0])
        }
    }

    @Test("A batch that is interrupted has a report, too")
    func interrupted() async throws {
        let script = """

            local p = speedpix.params { text = {}, count = {} }
            if p.text == "two" then
              fs.write("begun", "")
              speedpix.sleep(3600)
            end
            """

        try await Self.run(script, rows: BatchFixture.rows) { fixture in
            let run = Task { await fixture.batch("--report", "r.html", "--concurrency", "1") }
            await fixture.folder.waitFor("begun")
            run.cancel()
            let end = await run.value
            #expect(end.status == .interrupted && end.errors.contains("report: r.html"), "\(end.errors)")
            let report = try WrittenReport(fixture.folder.text("r.html"))
            #expect(report.keys == ["A", "B", "C"] && report.states == ["succeeded", "not_run", "not_run"])
            #expect(report.reasons == [["interrupted", "interrupted"]])
        }
    }

    @Test("A row has the warnings of its predictions in the report, also when another attempt shows it")
    func warnings() async throws {
        let script = """

            local p = speedpix.params { text = {} }
            run("white-background", { image = "./" .. p.text .. ".png" }).images:save("out/" .. p.text .. ".png")
            """

        try await Self.run(script, rows: "sku,text\nA,sure\nB,unsure\n") { fixture in
            let subject = try Image.blank(width: 60, height: 80, color: Color("#7a1f1f"))
            for (name, y) in [("sure", 60), ("unsure", 120)] {
                try Image.blank(width: 300, height: 200, color: Color("#d8d8d8")).composited(subject, x: 100, y: y)
                    .write(to: fixture.folder["\(name).png"])
            }
            for options in [[], ["--resume"]] {
                let run = await CommandRun(
                    ["batch", "s.lua", "rows.csv", "--key", "sku", "--report", "r.html"] + options, in: fixture.folder,
                    environment: fixture.environment)
                #expect(run.status == .success, "\(run.errors)")
                let report = try WrittenReport(fixture.folder.text("r.html"))
                #expect(report.values(.warnings) == [0, "touches_border"])
                #expect(report.pictures.count == 2 && report.values(.predictions) == [1, 1])
            }
        }
    }

    @Test("From 500 rows on, pictures and details are in files beside the page, of which those of the page before go")
    func largeReport() async throws {
        try await Self.run(rows: Self.rows(600)) { fixture in
            try fixture.folder.write("mine", to: "big_files/notes.txt")
            try fixture.folder.write("old", to: "big_files/rows-00000000-7.js")
            let run = await fixture.batch("--no-journal", "--quiet", "--report", "big.html")
            #expect(run.status == .predictionFailed, "\(run.errors)")
            let report = try WrittenReport(fixture.folder.text("big.html"))
            #expect(report.rows.count == 600 && report.keys.first == "K300" && report.states.first == "failed")
            #expect(report.details.isEmpty && report.pictures.isEmpty && !report.page.contains("data:image"))
            #expect(report.page.contains("img-src data: 'self' file:; "))
            let names = try FileManager.default.contentsOfDirectory(atPath: fixture.folder["big_files"])
            // All pictures are the same, and their files are not.
            #expect(names.count { $0.hasSuffix(".webp") } == 599)
            #expect(names.count { $0.hasSuffix(".js") } == 3 && names.contains("notes.txt") && names.count == 603)
            #expect(report.batch["folder"] == "big_files/")
            let prefix = try #require(report.batch["rowsPrefix"]?.stringValue)
            let first = try fixture.folder.text("big_files/\(prefix)0.js")
            let match = try #require(first.wholeMatch(of: /speedpixRows\(0, (.*)\);\n/))
            let text = try JSONValue(parsing: match.output.1.utf8)
            let details = try JSONValue(parsing: #require(text.stringValue).utf8)
            #expect(details.arrayValue?.count == 200 && !first.contains("</script"))
            #expect(details.arrayValue?.last?["values"]?.pairs["saved"] == "out/t199.png")
            for name in report.values(.pictures).flatMap({ $0.arrayValue ?? [] }) {
                #expect(names.contains("\(name.stringValue ?? "").webp"))
            }
        }
    }

    /// `count` rows K1, K2, …, of which K300 fails.
    private static func rows(_ count: Int) -> String {
        "sku,text\n" + (1...count).map { $0 == 300 ? "K300,fail\n" : "K\($0),t\($0)\n" }.joined()
    }

    @Test("A report that cannot be written is refused before anything is paid for")
    func refused() async throws {
        try await Self.run(rows: Self.rows(500)) { fixture in
            try fixture.folder.write("print('never')", to: "r.html")
            let script = await fixture.batch("--report", "r.html")
            #expect(script.status == .usage && script.errors.contains("r.html is there already"), "\(script.errors)")
            try fixture.folder.write("mine", to: "big_files")
            let folder = await fixture.batch("--report", "big.html")
            #expect(folder.status == .usage && folder.errors.contains("big_files is not a folder"), "\(folder.errors)")
            let dryRun = await fixture.batch("--report", "new.html", "--dry-run")
            #expect(dryRun.status == .usage && dryRun.errors.contains("--dry-run makes no results"), "\(dryRun.errors)")
            #expect(!fixture.folder.contents.contains("rows-results.csv"))
            #expect(!fixture.folder.contents.contains("out/t1.png"))
        }
    }

    /// In the browser itself, if there is one: the page's script must get through under its own policy.
    @Test(
        "A browser lays out only the rows that are seen, and reads pictures and details from beside the page",
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/chromium")))
    func shownInABrowser() async throws {
        try await Self.run(rows: Self.rows(600)) { fixture in
            _ = await fixture.batch("--no-journal", "--quiet", "--report", "big.html")
            let dom = try await Subprocess.run(
                "/usr/bin/chromium",
                ["--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=\(fixture.folder.path)/profile"]
                    + ["--virtual-time-budget=5000", "--dump-dom", "file://\(fixture.folder.path)/big.html#2"],
                folder: fixture.folder.path
            ).output
            let rows = dom.ranges(of: "role=\"listitem\"").count
            #expect((5..<60).contains(rows), "\(dom.suffix(2000))")
            #expect(dom.firstRange(of: "row failed")!.lowerBound < dom.firstRange(of: "row succeeded")!.lowerBound)
            #expect(dom.contains("src=\"big_files/") && dom.contains("saved: out/t1.png"))
            // The link opens row 2, with the picture that it has saved, and its text as text.
            #expect(dom.contains("<dialog id=\"detail\" aria-labelledby=\"detail-title\" open"))
            #expect(dom.contains("src=\"out/t2.png\"") && dom.contains("&lt;/script&gt;&lt;img src=x"))
            #expect(!dom.contains("<img src=\"x\""))
        }
    }
}
