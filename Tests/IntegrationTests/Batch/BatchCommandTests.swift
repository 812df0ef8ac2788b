import Foundation
import SpeedPix
import SpeedPixBatch
import SpeedPixJournal
import SpeedPixTestSupport
import Testing

@testable import SpeedPixCommands

@Suite("speedpix batch")
struct BatchCommandTests {
    private static let script = """
        local p = speedpix.params {
          text = { required = true }, count = { type = "integer", default = 1, min = 1, max = 9 },
        }
        local out = run("echo", { text = p.text, fail = p.text:match("^fail (.+)") })
        return { said = out.text, twice = p.count * 2 }
        """
    private static let rows = "sku,text,count\nA,one,1\nB,two,2\nC,three,3\n"

    private struct Fixture {
        let folder: TestFolder
        let environment: [String: String]

        func batch(_ arguments: String..., setting: (inout CommandContext) -> Void = { _ in }) async -> CommandRun {
            await CommandRun(
                ["batch", "s.lua", "rows.csv", "--key", "sku"] + arguments, in: folder, environment: environment,
                setting: setting)
        }

        func creates() -> [RecordedCreate] {
            expectingNoError { try JournalStore(folder: folder.path + "/.speedpix").creates() } ?? []
        }

        /// The results, without their mark and their times.
        func results(_ name: String = "rows-results.csv") -> [String] {
            let bytes = expectingNoError { try folder.read(name) } ?? []
            return String(decoding: bytes, as: UTF8.self).dropFirst().split(separator: "\r\n").map { line in
                String(line).replacing(/,\d+\.\d\d(,|$)/) { ",T\($0.output.1)" }
            }
        }

        private func expectingNoError<Value>(_ body: () throws -> Value) -> Value? {
            do {
                return try body()
            } catch {
                Issue.record(error)
                return nil
            }
        }
    }

    private func withFixture(
        _ script: String = Self.script, rows: String = Self.rows,
        _ body: @escaping @Sendable (Fixture) async throws -> Void
    ) async throws {
        try await TestService.run { endpoint in
            let folder = try TestFolder()
            try folder.write(script, to: "s.lua")
            try folder.write(rows, to: "rows.csv")
            try await body(Fixture(folder: folder, environment: TestService.environment(endpoint)))
        }
    }

    @Test("Every row runs once, and what its script returned is in the results, in the order of the rows")
    func results() async throws {
        try await withFixture { fixture in
            let run = await fixture.batch()
            #expect(run.status == .success && run.output.isEmpty, "\(run.errors)")
            #expect(run.errors.hasPrefix("rows.csv: 3 rows, UTF-8, separated by commas\n"))
            #expect(run.errors.contains("\n3 done of 3 rows\n") && run.errors.contains("\n3 predictions created\n"))
            let expected = [
                "sku,text,count,state,error,predictions,seconds,said,twice", "A,one,1,succeeded,,1,T,one,2",
                "B,two,2,succeeded,,1,T,two,4", "C,three,3,succeeded,,1,T,three,6",
            ]
            #expect(fixture.results() == expected)
            #expect(fixture.creates().count == 3)
        }
    }

    @Test("--resume does nothing for rows that are done, wherever they stand, and does those that are new")
    func resumed() async throws {
        try await withFixture { fixture in
            _ = await fixture.batch()
            try fixture.folder.write("sku,text,count\nC,three,3\nD,four,4\nA,one,1\n", to: "rows.csv")
            let run = await fixture.batch("--resume", "--progress", "none")
            #expect(run.status == .success && run.errors.contains("3 done of 3 rows; 2 were done before"))
            #expect(run.errors.contains("1 prediction created\n"))
            #expect(fixture.creates().count == 4)
            #expect(fixture.results().map { $0.prefix(1) } == ["s", "C", "D", "A"])
            #expect(fixture.results().dropFirst(1).first == "C,three,3,succeeded,,1,T,three,6")
        }
    }

    @Test("A row with other values, another script or another file runs again, is said, and uses what it has paid for")
    func changed() async throws {
        let script = """
            local p = speedpix.params { photo = { type = "file" }, price = { type = "integer" } }
            return { said = run("echo", { text = fs.read(p.photo) }).text, price = p.price }
            """
        try await withFixture(script, rows: "sku,photo,price\nA,a.txt,1\nB,b.txt,2\n") { fixture in
            try fixture.folder.write("first", to: "a.txt")
            try fixture.folder.write("second", to: "b.txt")
            let first = await fixture.batch()
            #expect(first.status == .success, "\(first.errors)")

            try fixture.folder.write("sku,photo,price\nA,a.txt,7\nB,b.txt,2\n", to: "rows.csv")
            let values = await fixture.batch("--resume")
            #expect(values.errors.contains("\n1 row (A) again, since their values have changed\n"), "\(values.errors)")
            #expect(values.errors.contains("\n0 predictions created, 1 from attempts before\n"))
            #expect(fixture.results().dropFirst(1).first == "A,a.txt,7,succeeded,,1,T,7,first")

            try fixture.folder.write("another", to: "b.txt")
            let file = await fixture.batch("--resume")
            #expect(file.errors.contains("\n1 row (B) again, since b.txt has changed\n"), "\(file.errors)")
            #expect(file.errors.contains("\n1 prediction created\n"))
            #expect(fixture.results().dropFirst(2).first == "B,b.txt,2,succeeded,,1,T,2,another")

            try fixture.folder.write(script + "\n", to: "s.lua")
            let edited = await fixture.batch("--resume")
            #expect(edited.errors.contains("\n2 rows (A, B) again, since the script has changed\n"))
            #expect(edited.errors.contains("\n0 predictions created, 2 from attempts before\n"), "\(edited.errors)")
            #expect(fixture.creates().count == 3)
        }
    }

    @Test("Rows that fail keep what they paid for, are counted by their reason, and end with status 3")
    func failed() async throws {
        let script = """
            local p = speedpix.params { text = {}, count = {} }
            local out = run("echo", { text = p.text })
            if fs.exists("broken") and p.text == "two" then error("no room on the shelf", 0) end
            return { said = out.text }
            """
        try await withFixture(script) { fixture in
            try fixture.folder.write("", to: "broken")
            let first = await fixture.batch()
            #expect(first.status == .predictionFailed)
            #expect(first.errors.contains("\n2 done, 1 failed of 3 rows\n"))
            #expect(first.errors.contains("\n1 row with script_error: no room on the shelf (B)\n"), "\(first.errors)")
            let hint = "\nto do what is missing: speedpix batch s.lua rows.csv --key sku --resume\n"
            #expect(first.errors.contains(hint))
            #expect(first.errors.hasSuffix("speedpix: 1 row of 3 is not done\n"))
            #expect(fixture.results().dropFirst(2).first == "B,two,2,failed,script_error: no room on the shelf,1,T,")

            try FileManager.default.removeItem(atPath: fixture.folder.path + "/broken")
            let second = await fixture.batch("--resume", "--only", "failed")
            #expect(second.status == .success, "\(second.errors)")
            #expect(second.errors.contains("\n0 predictions created, 1 from attempts before\n"))
            #expect(fixture.creates().count == 3)
        }
    }

    @Test("--only leaves rows that have failed as they are, and the batch is not done")
    func only() async throws {
        try await withFixture(rows: "sku,text\nA,one\nB,fail no paint\n") { fixture in
            _ = await fixture.batch()
            try fixture.folder.write("sku,text\nA,one\nB,fail no paint\nC,three\n", to: "rows.csv")
            let run = await fixture.batch("--resume", "--only", "new")
            #expect(run.status == .predictionFailed, "\(run.errors)")
            #expect(run.errors.contains("\n2 done, 1 failed of 3 rows; 1 was done before\n"), "\(run.errors)")
            #expect(run.errors.contains("--key sku --resume\n") && fixture.creates().count == 3)
            #expect(fixture.results().dropFirst(2).first?.hasPrefix("B,fail no paint,failed,") == true)
            let failed = await fixture.batch("--resume", "--only", "failed")
            #expect(failed.errors.contains("\n1 prediction created\n"), "\(failed.errors)")
        }
    }

    @Test("A batch that is begun anew says what the one before has paid for, and does not replace its results")
    func begunAnew() async throws {
        try await withFixture { fixture in
            _ = await fixture.batch()
            let before = fixture.results()
            let refused = await fixture.batch()
            #expect(refused.status == .usage, "\(refused.errors)")
            #expect(
                refused.errors.contains("rows-results.csv has the results of another batch\nhint: name another file"))
            #expect(fixture.results() == before && fixture.creates().count == 3)
            let anew = await fixture.batch("--results", "other.csv")
            #expect(anew.errors.contains("has done its rows, and has paid for 3 predictions; this is a new one"))
            #expect(anew.status == .success && fixture.creates().count == 6)
        }
    }

    @Test("--resume with another --key is refused: all would be paid for anew")
    func otherKey() async throws {
        try await withFixture { fixture in
            _ = await fixture.batch()
            let run = await CommandRun(
                ["batch", "s.lua", "rows.csv", "--map", "sku=", "--resume"], in: fixture.folder,
                environment: fixture.environment)
            #expect(run.errors.contains("knows its rows by the column sku: with another key"), "\(run.errors)")
            #expect(run.status != .success && fixture.creates().count == 3)
        }
    }

    @Test("Results of two rows are not saved under one name")
    func sameName() async throws {
        let script = """
            local p = speedpix.params { text = {}, count = {} }
            local out = run("echo", { text = p.text, image = speedpix.bytes(p.text, "a.txt") })
            out.images:save("out/same.txt")
            """
        try await withFixture(script, rows: "sku,text\nA,one\nB,two\n") { fixture in
            let run = await fixture.batch("--concurrency", "1")
            #expect(run.status == .predictionFailed && run.errors.contains("\n1 done, 1 failed of 2 rows\n"))
            #expect(run.errors.contains("two results of this run would be saved as out/same.txt"), "\(run.errors)")
            try fixture.folder.write(script.replacing("same", with: "\" .. p.text .. \""), to: "s.lua")
            let rest = await fixture.batch("--resume")
            #expect(rest.status == .success && rest.errors.contains("\n0 predictions created"), "\(rest.errors)")
        }
    }

    @Test("A folder is no file for a parameter, which is found before anything is paid for")
    func folderAsFile() async throws {
        let script = "speedpix.params { text = { type = 'file' } }"
        try await withFixture(script, rows: "sku,text\nA,.\n") { fixture in
            let run = await fixture.batch()
            #expect(run.status == .usage && run.errors.contains("rows.csv:2, column text"), "\(run.errors)")
            #expect(run.errors.contains("is a folder, and a file is wanted"), "\(run.errors)")
        }
    }

    @Test("Without --key results have each row's digest, by which it is done again")
    func digests() async throws {
        try await withFixture(rows: "text\none\none\n") { fixture in
            func batch(_ arguments: String...) async -> CommandRun {
                await CommandRun(
                    ["batch", "s.lua", "rows.csv"] + arguments, in: fixture.folder, environment: fixture.environment)
            }
            let run = await batch()
            #expect(run.status == .success, "\(run.errors)")
            let keys = fixture.results().map { String($0.split(separator: ",")[1]) }
            #expect(keys.first == "key" && keys.count == 3 && keys.last == "\(keys[1])#2", "\(keys)")
            let again = await batch("--resume", "--again", keys.last ?? "")
            #expect(again.status == .success && fixture.creates().count == 3, "\(again.errors)")
        }
    }

    @Test("--lock ends with status 75 while another batch of the same rows runs")
    func lock() async throws {
        let script = """
            speedpix.params { text = {}, count = {} }
            fs.write("begun", "")
            speedpix.sleep(3600)
            """
        try await withFixture(script) { fixture in
            let first = Task { await fixture.batch("--lock") }
            await fixture.folder.waitFor("begun")
            let second = await fixture.batch("--lock", "--results", "other.csv")
            #expect(second.status == .later && second.errors.contains("rows.csv runs already"), "\(second.errors)")
            first.cancel()
            #expect(await first.value.status == .interrupted)
        }
    }

    @Test("A closed standard output stops all rows, and no more begins")
    func closedOutput() async throws {
        let script = """
            local p = speedpix.params { text = {}, count = {} }
            print(p.text)
            speedpix.sleep(3600)
            """
        try await withFixture(script) { fixture in
            let run = await fixture.batch("--concurrency", "2") { context in
                context.writeOutput = { _ in throw ClosedOutputError() }
            }
            #expect(run.status == .failure, "\(run.errors)")
            #expect(run.errors.contains("\n0 done, 3 not run of 3 rows\n"), "\(run.errors)")
        }
    }

    @Test("--again pays anew for the row with this key, and a key that no row has is an error")
    func again() async throws {
        try await withFixture { fixture in
            _ = await fixture.batch()
            let run = await fixture.batch("--resume", "--again", "B")
            #expect(run.status == .success && run.errors.contains("\n1 prediction created\n"), "\(run.errors)")
            #expect(fixture.creates().count == 4)
            let unknown = await fixture.batch("--resume", "--only", "X")
            #expect(unknown.status == .usage && unknown.errors.contains("no row has the key 'X'"))
        }
    }

    @Test("--budget bounds the predictions of all rows, leaves the others not run, and ends with status 75")
    func budget() async throws {
        try await withFixture { fixture in
            let run = await fixture.batch("--budget", "2", "--concurrency", "1")
            #expect(run.status == .later && run.status.rawValue == 75, "\(run.errors)")
            #expect(run.errors.contains("\n2 done, 1 not run of 3 rows\n"))
            #expect(run.errors.contains("\nstopped, since the budget of 2 predictions is used up\n"))
            #expect(fixture.results().last?.hasPrefix("C,three,3,not_run,") == true)
            #expect(fixture.creates().count == 2)
            let rest = await fixture.batch("--resume")
            #expect(rest.status == .success)
            #expect(fixture.creates().count == 3)
        }
    }

    @Test("--until begins no row after its time, and ends with status 75")
    func until() async throws {
        try await withFixture { fixture in
            let run = await fixture.batch("--until", "06:00", "--concurrency", "1") { context in
                context.timeZone = .gmt
                // A second before it; the first row takes longer.
                context.now = { Date(timeIntervalSince1970: 5 * 3600 + 3599.9999) }
            }
            #expect(run.status == .later, "\(run.errors)")
            #expect(run.errors.contains("stopped, since it is 06:00: no row begins after that"))
        }
    }

    @Test("Rows are checked before anything is paid for; --skip-invalid does the others")
    func checked() async throws {
        try await withFixture(rows: "sku,text,count\nA,one,1\nB,two,12\n") { fixture in
            let run = await fixture.batch()
            #expect(run.status == .usage)
            #expect(run.errors.contains("rows.csv:3, column count: the parameter count must be at most 9, not '12'"))
            #expect(!FileManager.default.fileExists(atPath: fixture.folder.path + "/rows-results.csv"))
            let others = await fixture.batch("--skip-invalid")
            #expect(others.status == .success, "\(others.errors)")
            #expect(fixture.creates().count == 1)
        }
    }

    @Test("A batch that is cancelled leaves rows to do, of which none is paid for twice")
    func interrupted() async throws {
        let script = """
            local p = speedpix.params { text = {}, count = {} }
            local job = create("echo", { text = p.text, duration = fs.exists("slow") and 3600 or 0 })
            fs.write("begun", "")
            return { said = wait(job).output.text }
            """
        try await withFixture(script) { fixture in
            try fixture.folder.write("", to: "slow")
            let run = Task { await fixture.batch("--concurrency", "1") }
            await fixture.folder.waitFor("begun")
            run.cancel()
            let end = await run.value
            #expect(end.status == .interrupted, "\(end.errors)")
            #expect(end.errors.contains("\n0 done, 3 not run of 3 rows\n"))
            let creates = fixture.creates()
            #expect(creates.count == 1 && creates.first?.rowKey == "A")
            // As somebody would who looks at the service's console.
            let id = try #require(creates.first?.prediction?.id)
            _ = await CommandRun(
                ["eval", "speedpix.cancel('\(id)')"], in: fixture.folder, environment: fixture.environment)
            try FileManager.default.removeItem(atPath: fixture.folder.path + "/slow")
            let rest = await fixture.batch("--resume")
            #expect(rest.status == .success, "\(rest.errors)")
            #expect(fixture.results().dropFirst().allSatisfy { $0.contains(",succeeded,,1,T,") })
        }
    }

    @Test(
        "What a script returns and no table can say fails its row, and is named",
        arguments: [
            ("return { f = print }", "the script returned a function as 'f', which a table of results cannot say"),
            ("return { n = 0/0 }", "as 'n', which a table of results cannot say"),
            ("return 3", "the script returned a number; for a row it returns nothing or a table of values by names"),
            ("return { 1, 2 }", "the script returned a list"),
        ])
    func returned(body: String, message: String) async throws {
        let script = "speedpix.params { text = {}, count = {} }\n\(body)"
        try await withFixture(script, rows: "sku,text\nA,one\n") { fixture in
            let run = await fixture.batch()
            #expect(run.status == .predictionFailed && run.errors.contains(message), "\(run.errors)")
        }
    }

    @Test("Values of every kind become cells, and tables become JSON in them")
    func values() async throws {
        let script = """
            speedpix.params { text = {} }
            return { flag = true, list = { 1, 2.5 }, map = { a = "b" }, nothing = speedpix.null, text = "a, \\"b\\"" }
            """
        try await withFixture(script, rows: "sku,text\nA,one\n") { fixture in
            let run = await fixture.batch("--results", "out.jsonl")
            #expect(run.status == .success, "\(run.errors)")
            let line = String(decoding: try fixture.folder.read("out.jsonl"), as: UTF8.self)
            let value = try JSONValue(parsing: line.split(separator: "\n")[0].utf8)
            #expect(value["flag"] == true && value["list"] == [1, 2.5] && value["map"] == ["a": "b"])
            #expect(value["text_2"] == "a, \"b\"" && value["state"] == "succeeded")
        }
    }

    @Test("A dry run lists what rows would create, and writes neither results nor a journal")
    func dryRun() async throws {
        try await withFixture { fixture in
            let run = await fixture.batch("--dry-run")
            #expect(run.status == .success, "\(run.errors)")
            #expect(run.errors.matches(of: /would create echo/).count == 3)
            #expect(run.errors.hasSuffix("dry run: nothing was sent; a real run would create 3 predictions\n"))
            #expect(fixture.creates().isEmpty)
            #expect(!FileManager.default.fileExists(atPath: fixture.folder.path + "/rows-results.csv"))
            _ = await fixture.batch("--budget", "1", "--concurrency", "1")
            let rest = await fixture.batch("--dry-run", "--resume")
            #expect(rest.errors.matches(of: /would create echo/).count == 2, "\(rest.errors)")
        }
    }

    @Test("--json tells each row's beginning and end among the script's own events, which have its key")
    func events() async throws {
        try await withFixture(rows: "sku,text\nA,one\nB,fail no paint\n") { fixture in
            let run = await fixture.batch("--json")
            #expect(run.status == .predictionFailed, "\(run.errors)")
            _ = try await EventSchema.validate(Array(run.output.utf8), in: fixture.folder)
            let events = try run.output.split(separator: "\n").map { try JSONValue(parsing: $0.utf8) }
            func names(_ key: JSONValue) -> [String] {
                events.filter { $0["key"] == key || $0["row_key"] == key }.compactMap { $0["event"]?.stringValue }
            }
            #expect(names("A").first == "row.started" && names("A").last == "row.succeeded")
            #expect(names("A").contains("prediction.succeeded"))
            #expect(names("B").last == "row.failed")
            #expect(events.first?["event"] == "run.started" && events.last?["event"] == "run.finished")
            #expect(events.last?["rows"]?["failed"] == 1 && events.last?["error"]?["code"] == "rows_failed")
        }
    }

    @Test("A pattern that the shell has made files of is explained")
    func unquoted() async throws {
        try await withFixture { fixture in
            let run = await CommandRun(
                ["batch", "s.lua", "a.jpg", "b.jpg", "--as", "text"], in: fixture.folder,
                environment: fixture.environment)
            #expect(run.status == .usage && run.errors.contains("--as takes one pattern, in quotes"), "\(run.errors)")
        }
    }
}
