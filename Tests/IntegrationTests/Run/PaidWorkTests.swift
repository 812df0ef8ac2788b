import Foundation
import SpeedPix
import SpeedPixCommands
import Testing

@Suite("Labels, limits and unsaved files of a run")
struct PaidWorkTests {
    private func run(
        _ script: String, arguments: [String], in folder: TestFolder, endpoint: String
    ) async -> CommandRun {
        await CommandRun(
            ["run", "-"] + arguments, in: folder, input: script, environment: TestService.environment(endpoint))
    }

    private func events(_ run: CommandRun) throws -> [JSONValue] {
        try run.output.split(separator: "\n").map { try JSONValue(parsing: $0.utf8) }
    }

    private static let picture = """
        local function picture(prompt, options)
          return run("text-to-image", { prompt = prompt, width = 64, height = 64 }, options)
        end

        """

    // MARK: --limit

    @Test("map that reaches --limit finishes running items and raises an error with the results")
    func limitFinishesWhatRuns() async throws {
        let folder = try TestFolder()
        try await TestService.run { endpoint in
            let end = await run(
                """
                local items = {}
                for i = 1, 30 do items[i] = "item " .. i end
                local ok, e = pcall(speedpix.map, items, function(text)
                  return run("echo", { text = text }).text
                end, { concurrency = 8 })
                local count = 0
                for i, text in pairs(e.results) do assert(text == items[i]) count = count + 1 end
                print(ok, e.code, count)
                """, arguments: ["--limit", "20"], in: folder, endpoint: endpoint)
            #expect(end.output == "false\tnot_allowed\t20\n", "\(end.errors)")
            #expect(end.errors.contains("20 done of 20 predictions created"))
            #expect(end.errors.contains("--limit 20: 20 were made, and the script wanted more"))
        }
    }

    // MARK: Labels

    @Test("A failed prediction is named by its label in messages and events")
    func labelsNameFailures() async throws {
        let folder = try TestFolder()
        let script = """
            local rows = { { sku = "A-013", text = "red" }, { sku = "A-014", text = "fail" } }
            pcall(speedpix.map, rows, function(row) return run("echo", { text = row.text, fail = row.text == "fail" and
              "no paint" or nil }) end)
            """
        try await TestService.run { endpoint in
            let end = await run(script, arguments: ["--progress", "plain"], in: folder, endpoint: endpoint)
            #expect(end.errors.contains("created A-014 echo "), "\(end.errors)")
            #expect(end.errors.contains("failed: A-014: no paint (echo "), "\(end.errors)")
            let json = try events(await run(script, arguments: ["--json"], in: folder, endpoint: endpoint))
            let labels = json.filter { $0["event"] == "prediction.created" }.compactMap { $0["label"]?.stringValue }
            #expect(Set(labels) == ["A-013", "A-014"])
            #expect(json.contains { $0["event"] == "prediction.failed" && $0["label"] == "A-014" })
        }
    }

    @Test("A label comes from the option, the item, the input file's name or the prompt, in this order")
    func standardLabels() async throws {
        let folder = try TestFolder()
        try folder.write("x", to: "shoe.bin")
        let end = await CommandRun.local(
            """
            local function label(input, options) return create("echo", input, options).label end
            print(label({ text = "A shoe on a table in the evening sun" }, { label = "mine" }))
            print(speedpix.map({ "item" }, function() return label({ text = "words" }) end)[1])
            print(speedpix.map({ { id = 7 } }, function() return speedpix.spawn(label, { text = "words" }):join() end)[1])
            print(label({ image = "./shoe.bin", text = "words" }))
            print(label({ text = "A shoe on a table in the evening sun" }))
            print(label({ text = "一双红色的鞋子放在木头桌子上面旁边有一盆绿色的植物和一本打开的书还有灯" }))
            print(speedpix.map({ "./" .. ("folder/"):rep(20) .. "dahlia.jpg" }, function() return label({ text = "words" }) end)[1])
            print(label({ duration = 0 }))
            """, ["--quiet"], in: folder)
        #expect(
            end.output == """
                mine
                item
                7
                shoe.bin
                A shoe on a table in the
                一双红色的鞋子放在木头桌子上面旁边有一盆绿色的植物和一本打…
                dahlia.jpg
                nil

                """, "\(end.errors)")
    }

    @Test(
        "A label that is empty, too long or has a line break is refused",
        arguments: [#""""#, #""a\nb""#, "('x'):rep(61)"])
    func labelsAreShort(label: String) async throws {
        let end = await CommandRun.local(
            "create('echo', {}, { label = \(label) })", ["--quiet"], in: try TestFolder())
        #expect(end.status == .failure && end.errors.contains("label is not a short text"), "\(end.errors)")
    }

    // MARK: Unsaved

    @Test("Predictions with unsaved files are named, and jobs download --unsaved fetches them")
    func unsavedIsNamedAndFetched() async throws {
        let folder = try TestFolder()
        let script =
            Self.picture + """
                picture("one", { label = "A-1" }).images[1]:save("one.png")
                picture("two", { label = "A/2" })
                local three = picture("three", { label = "A-3" }).images[1]
                run("img2img", { image = three, prompt = "oil" }, { label = "four.png" })
                create("echo", { text = "five" }, { label = "A-5" })
                error("stopped")
                """
        try await TestService.run { endpoint in
            let end = await run(script, arguments: ["--json"], in: folder, endpoint: endpoint)
            #expect(end.status == .failure)
            let finished = try #require(try events(end).last)
            #expect(finished["unsaved"]?.arrayValue?.count == 2)
            #expect(finished["unfinished"]?.arrayValue?.count == 1)
            #expect(end.errors.contains("their files were not saved"), "\(end.errors)")
            #expect(end.errors.contains("(A/2)") && end.errors.contains("(four.png)") && end.errors.contains("(A-5)"))
            #expect(!end.errors.contains("(A-1)") && !end.errors.contains("(A-3)"))

            try folder.write(end.output, to: "events.jsonl")
            let environment = TestService.environment(endpoint)
            let fetch = ["jobs", "download", "--unsaved", "--events", "events.jsonl", "--out", "res"]
            let fetched = await CommandRun(fetch, in: folder, environment: environment)
            #expect(fetched.status == .success, "\(fetched.errors)")
            #expect(fetched.errors.contains("2 downloaded") && fetched.errors.contains("without files:"))
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder.path + "/res").sorted() == [
                    "A-2.png", "four.png",
                ])

            // The beginnings of ids, as rows show them.
            let id = try #require(finished["unsaved"]?.arrayValue?.first?.stringValue)
            let shown = await CommandRun(
                ["jobs", "show", String(id.prefix(8)), "--events", "events.jsonl"], in: folder, environment: environment
            )
            #expect(shown.output.contains("prediction: \(id)\nlabel: A/2\n"), "\(shown.errors)")
        }
    }

    @Test("An output counts as saved once a picture made from it is saved, in the summary, the events and the journal")
    func openedPictures() async throws {
        let folder = try TestFolder()
        let script =
            Self.picture + """
                local function open(label) return image.open(picture(label, { label = label }).images[1]) end
                open("A-1"):thumbnail(32):save("one.png")
                fs.write("two.png", open("A-2"):bytes())
                picture("three", { label = "A-3" }).images[1]:read()
                open("A-4"):thumbnail(32)
                image.contact_sheet({ picture("five", { label = "A-5" }).images[1] }):save("sheet.png")
                """
        try await TestService.run { endpoint in
            let end = await run(script, arguments: ["--json"], in: folder, endpoint: endpoint)
            #expect(end.status == .success, "\(end.errors)")
            let finished = try #require(try events(end).last)
            let unsaved = try #require(finished["unsaved"]?.arrayValue)
            #expect(unsaved.count == 2 && finished["summary"]?["downloads"] == 5)
            #expect(finished["summary"]?["bytes_down"]?.lenientDouble ?? 0 > 500)
            #expect(end.errors.contains("(A-4)") && end.errors.contains("(A-5)") && !end.errors.contains("(A-1)"))

            let environment = TestService.environment(endpoint)
            let listed = await CommandRun(["jobs", "list", "--unsaved"], in: folder, environment: environment)
            let lines = listed.output.split(separator: "\n")
            #expect(lines.count == 2 && lines[0].contains(" A-4 ") && lines[1].contains(" A-5 "), "\(listed.output)")
            try folder.write(end.output, to: "events.jsonl")
            let fetch = ["jobs", "download", "--unsaved", "--events", "events.jsonl", "--out", "res"]
            let fetched = await CommandRun(fetch, in: folder, environment: environment)
            #expect(fetched.errors.contains("2 downloaded"), "\(fetched.errors)")
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder.path + "/res").sorted() == [
                    "A-4.png", "A-5.png",
                ])

            let shown = await run(
                Self.picture + "image.open(picture('one').images[1]):save('one.png')", arguments: [], in: folder,
                endpoint: endpoint)
            #expect(shown.errors.contains(" in 1 download, wrote 1 file"), "\(shown.errors)")
        }
    }

    @Test(
        "jobs download --unsaved refuses invalid arguments and files of events",
        arguments: [
            (
                ["--unsaved"],
                "--unsaved needs --events FILE: the events that a run has written, with speedpix run … --json > FILE"
            ),
            (["--unsaved"], "speedpix jobs list --unsaved has the ids"),
            (["--unsaved", "--events", "none.jsonl"], "could not read none.jsonl"),
            (["--unsaved", "--events", "odd.jsonl"], "odd.jsonl:1: no event of a run"),
            ([], "Missing expected argument"),
            (["--unsaved", "--events", "odd.jsonl", "abc"], "leave them out"),
        ] as [([String], String)])
    func refusals(arguments: [String], text: String) async throws {
        let folder = try TestFolder()
        try folder.write("{\"a\": 1}\n", to: "odd.jsonl")
        let end = await CommandRun(
            ["jobs", "download"] + arguments, in: folder, environment: TestService.environment("http://127.0.0.1:1"))
        #expect(end.status == .usage && end.errors.contains(text), "\(end.errors)")
    }

    @Test("speedpix.get accepts the beginning of the id of a prediction that the script created")
    func shortIDs() async throws {
        let end = await CommandRun.local(
            """
            local job = create("echo", { text = "x" })
            print(speedpix.get(job.id:sub(1, 8)).id == job.id)
            """, ["--quiet"], in: try TestFolder())
        #expect(end.output == "true\n", "\(end.errors)")
    }
}
