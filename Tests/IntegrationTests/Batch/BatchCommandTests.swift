import Foundation
import SpeedPix
import SpeedPixBatch
import SpeedPixTestSupport
import Testing

@testable import SpeedPixCommands

@Suite("speedpix batch")
struct BatchCommandTests {
    @Test("Every row runs once, and what its script returned is in the results, in the order of the rows")
    func results() async throws {
        try await BatchFixture.run { fixture in
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
        try await BatchFixture.run { fixture in
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
        try await BatchFixture.run(script, rows: "sku,photo,price\nA,a.txt,1\nB,b.txt,2\n") { fixture in
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
        try await BatchFixture.run(script) { fixture in
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
        try await BatchFixture.run(rows: "sku,text\nA,one\nB,fail no paint\n") { fixture in
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

    @Test("Without --key results have each row's digest, by which it is done again")
    func digests() async throws {
        try await BatchFixture.run(rows: "text\none\none\n") { fixture in
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

    @Test("--again pays anew for the row with this key, and a key that no row has is an error")
    func again() async throws {
        try await BatchFixture.run { fixture in
            _ = await fixture.batch()
            let run = await fixture.batch("--resume", "--again", "B")
            #expect(run.status == .success && run.errors.contains("\n1 prediction created\n"), "\(run.errors)")
            #expect(fixture.creates().count == 4)
            let unknown = await fixture.batch("--resume", "--only", "X")
            #expect(unknown.status == .usage && unknown.errors.contains("no row has the key 'X'"))
        }
    }

    @Test("Rows are checked before anything is paid for; --skip-invalid does the others")
    func checked() async throws {
        try await BatchFixture.run(rows: "sku,text,count\nA,one,1\nB,two,12\n") { fixture in
            let run = await fixture.batch()
            #expect(run.status == .usage)
            #expect(run.errors.contains("rows.csv:3, column count: the parameter count must be at most 9, not '12'"))
            #expect(!FileManager.default.fileExists(atPath: fixture.folder.path + "/rows-results.csv"))
            let others = await fixture.batch("--skip-invalid")
            #expect(others.status == .success, "\(others.errors)")
            #expect(fixture.creates().count == 1)
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
        try await BatchFixture.run(script, rows: "sku,text\nA,one\n") { fixture in
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
        try await BatchFixture.run(script, rows: "sku,text\nA,one\n") { fixture in
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
        try await BatchFixture.run { fixture in
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
        try await BatchFixture.run(rows: "sku,text\nA,one\nB,fail no paint\n") { fixture in
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
        try await BatchFixture.run { fixture in
            let run = await CommandRun(
                ["batch", "s.lua", "a.jpg", "b.jpg", "--as", "text"], in: fixture.folder,
                environment: fixture.environment)
            #expect(run.status == .usage && run.errors.contains("--as takes one pattern, in quotes"), "\(run.errors)")
        }
    }
}
