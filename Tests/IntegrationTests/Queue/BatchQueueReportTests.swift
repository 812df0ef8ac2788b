import Imaging
import SpeedPix
import SpeedPixBatch
import SpeedPixCommands
import SpeedPixQueue
import SpeedPixTestSupport
import Testing

@Suite("The report of a batch in a queue", .enabled(if: NATSServer.isAvailable))
struct BatchQueueReportTests {
    /// What the stand-in for workers says of a row: A has saved a picture that this machine sees, B one on its own machine.
    private static func result(of key: String, in folder: TestFolder) -> RowResult {
        guard key != "C" else {
            return RowResult(.failed, failure: .init(code: "prediction_failed", message: "too small"))
        }
        var result = RowResult(
            .succeeded, predictions: ["p-\(key)"], duration: .milliseconds(1500), values: [("said", .string(key))])
        result.files = [key == "A" ? folder["out/one.png"] : "/srv/worker/out/two.png"]
        return result
    }

    /// Rows as every report of the batch has them.
    private static func check(_ report: WrittenReport) throws {
        #expect(report.keys == ["C", "A", "B"])
        #expect(report.states == ["failed", "succeeded", "succeeded"])
        #expect(report.reasons == [["prediction_failed", "too small"]])
        #expect(report.values(.pictures) == [[], [0], []] && report.pictures.count == 1)
        #expect(report.values(.seconds) == [.null, 1.5, 1.5] && report.values(.earlier) == [0, 0, 0])
        #expect(report.facts.first == "batch shoes" && report.facts.last == "3 rows", "\(report.facts)")
        let seen = try #require(report.details.dropFirst().first)
        let unseen = try #require(report.details.last)
        #expect(seen["files"] == [["name": "one.png", "link": "out/one.png", "picture": 0]])
        #expect(unseen["files"] == [["name": "/srv/worker/out/two.png"]])
        for detail in report.details {
            #expect(detail["worker"] == "w" && detail["ended"]?.stringValue?.isEmpty == false, "\(detail)")
        }
        #expect(seen["values"]?.pairs["said"] == "A" && seen["inputs"]?.pairs == ["text": "one", "count": "1"])
        #expect(seen["predictions"] == ["p-A"])
    }

    @Test(
        "Report of a queue: pictures seen here are shown, others named by their paths, by attach and results, too"
    )
    func pictures() async throws {
        try await QueueFixture.run { fixture in
            try fixture.folder.makeFolder("out")
            try Image.blank(width: 90, height: 60, color: Color(red: 200, green: 40, blue: 90))
                .write(to: fixture.folder["out/one.png"])
            let run = try await fixture.batch("--report", "r.html") { row in
                Self.result(of: row.key, in: fixture.folder)
            }
            #expect(run.status == .predictionFailed && run.errors.contains("\nreport: r.html\n"), "\(run.errors)")
            let report = try WrittenReport(fixture.folder.text("r.html"))
            try Self.check(report)
            #expect(report.batch["head"]?["problem"] == "1 row of 3 is not done")
            let verbs: [(String, SpeedPixCommands.ExitStatus)] = [("attach", .predictionFailed), ("results", .success)]
            for (verb, status) in verbs {
                let again = await fixture.speedpix(
                    ["batch", verb, "shoes", "--queue", fixture.server.url, "--report", "\(verb).html"])
                #expect(again.status == status && again.errors.contains("report: \(verb).html\n"), "\(again.errors)")
                try Self.check(WrittenReport(fixture.folder.text("\(verb).html")))
            }
        }
    }

    @Test("Report of a queue: who leaves a batch that goes on has a report, in which rows without a result say so")
    func interrupted() async throws {
        try await QueueFixture.run { fixture in
            let (following, isFollowing) = AsyncStream<Void>.makeStream()
            let command = Task {
                defer { isFollowing.finish() }
                return await fixture.speedpix(
                    ["batch", "s.lua", "rows.csv", "--key", "sku", "--queue", fixture.server.url, "--name", "shoes"]
                        + ["--report", "r.html"]
                ) { context in
                    let write = context.writeError
                    context.writeError = { bytes in
                        write(bytes)
                        if String(decoding: bytes, as: UTF8.self).contains("following ") { isFollowing.yield() }
                    }
                }
            }
            for await _ in following { break }
            command.cancel()
            let run = await command.value
            #expect(run.status == .interrupted && run.errors.contains("\nreport: r.html\n"), "\(run.errors)")
            let waiting = [["waiting", "it had no result when this page was written"]]
            let report = try WrittenReport(fixture.folder.text("r.html"))
            #expect(report.keys == ["A", "B", "C"] && report.states == ["not_run", "not_run", "not_run"])
            #expect(report.reasons == waiting)
            #expect(report.batch["head"]?["problem"] == "following was interrupted, and the batch goes on")
            let results = await fixture.speedpix(
                ["batch", "results", "shoes", "--queue", fixture.server.url, "--report", "now.html"])
            #expect(results.status == .success, "\(results.errors)")
            let now = try WrittenReport(fixture.folder.text("now.html"))
            #expect(now.keys == ["A", "B", "C"] && now.reasons == waiting)
        }
    }

    @Test("Report of a queue: one that cannot be written is refused before anything is in the queue")
    func refused() async throws {
        try await QueueFixture.run { fixture in
            try fixture.folder.write("print('never')", to: "r.html")
            let run = try await fixture.batch("--report", "r.html")
            #expect(run.status == .usage && run.errors.contains("r.html is there already"), "\(run.errors)")
            let list = await fixture.speedpix(["batch", "list", "--queue", fixture.server.url])
            #expect(list.errors.contains("no batch was begun"), "\(list.errors)")
        }
    }
}
