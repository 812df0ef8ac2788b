import Foundation
import SpeedPix
import SpeedPixBatch
import SpeedPixTestSupport
import Testing

@testable import SpeedPixCommands

@Suite("What keeps a batch from paying twice, and from losing what it paid for")
struct BatchSafetyTests {
    @Test("A batch that is begun anew says what the one before has paid for, and does not replace its results")
    func begunAnew() async throws {
        try await BatchFixture.run { fixture in
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
        try await BatchFixture.run { fixture in
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
        try await BatchFixture.run(script, rows: "sku,text\nA,one\nB,two\n") { fixture in
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
        try await BatchFixture.run(script, rows: "sku,text\nA,.\n") { fixture in
            let run = await fixture.batch()
            #expect(run.status == .usage && run.errors.contains("rows.csv:2, column text"), "\(run.errors)")
            #expect(run.errors.contains("is a folder, and a file is wanted"), "\(run.errors)")
        }
    }

    @Test("--lock ends with status 75 while another batch of the same rows runs")
    func lock() async throws {
        let script = """
            speedpix.params { text = {}, count = {} }
            fs.write("begun", "")
            speedpix.sleep(3600)
            """
        try await BatchFixture.run(script) { fixture in
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
        try await BatchFixture.run(script) { fixture in
            let run = await fixture.batch("--concurrency", "2") { context in
                context.writeOutput = { _ in throw ClosedOutputError() }
            }
            #expect(run.status == .failure, "\(run.errors)")
            #expect(run.errors.contains("\n0 done, 3 not run of 3 rows\n"), "\(run.errors)")
        }
    }

    @Test("What a script makes of a closed standard output is no failure of its row")
    func caughtOutputFailure() async throws {
        let script = """
            local p = speedpix.params { text = {}, count = {} }
            pcall(print, p.text)
            error("no room on the shelf", 0)
            """
        try await BatchFixture.run(script) { fixture in
            let run = await fixture.batch("--concurrency", "1") { context in
                context.writeOutput = { _ in throw ClosedOutputError() }
            }
            #expect(run.status == .failure && !run.errors.contains("shelf"), "\(run.errors)")
            #expect(run.errors.contains("\n0 done, 3 not run of 3 rows\n"), "\(run.errors)")
        }
    }

    @Test("A record that cannot be read fails its row alone")
    func unreadableRecord() async throws {
        try await BatchFixture.run { fixture in
            let run = await fixture.batch("--concurrency", "1") { context in
                context.wrapJournal = { UnreadableJournal(journal: $0) }
            }
            #expect(run.status == .predictionFailed, "\(run.errors)")
            #expect(run.errors.contains("\n2 done, 1 failed of 3 rows\n"), "\(run.errors)")
            let row = fixture.results()[2]
            #expect(row.contains(",failed,") && row.contains("record 1 of run 3 cannot be read"), "\(row)")
        }
    }

    /// Cannot read what it has of the second row.
    private struct UnreadableJournal: ForwardingJournal {
        let journal: any PredictionJournal

        func claim(_ create: JournaledCreate) async throws -> JournalClaim {
            guard create.input["text"] != "two" else {
                throw SpeedPixError(.journalFailed, "the journal's record 1 of run 3 cannot be read")
            }
            return try await journal.claim(create)
        }
    }

    @Test("Results that cannot be written stop the batch, and rows that have not run are no reason to try on")
    func lostResults() async throws {
        let script = """
            local p = speedpix.params { text = {} }
            fs.write("begun", "")
            while not fs.exists("go") do speedpix.sleep(0.01) end
            return { new = p.text }
            """
        let rows = "sku,text\n" + (1...50).map { "\($0),t\n" }.joined()
        try await BatchFixture.run(script, rows: rows) { fixture in
            try fixture.folder.makeFolder("sub")
            let batch = Task { await fixture.batch("--results", "sub/r.csv", "--concurrency", "1") }
            await fixture.folder.waitFor("begun")
            // A new column makes a new file, which cannot be made there.
            try fixture.folder.remove("sub")
            try fixture.folder.write("", to: "go")
            let run = await batch.value
            #expect(run.status == .failure, "\(run.errors)")
            #expect(run.errors.contains("\nstopped, since the results cannot be written: "), "\(run.errors)")
            #expect(run.errors.contains("\n1 done, 49 not run of 50 rows\n"), "\(run.errors)")
        }
    }

    @Test("A file whose name has a line end is a row's file")
    func lineEndInName() async throws {
        let script = """
            local p = speedpix.params { photo = { type = "file" } }
            run("echo", { text = "x", image = p.photo }).images:save("out.txt")
            """
        try await BatchFixture.run(script) { fixture in
            try fixture.folder.write("content", to: "in/a\nb.txt")
            let run = await CommandRun(
                ["batch", "s.lua", "in/*.txt", "--as", "photo"], in: fixture.folder, environment: fixture.environment)
            #expect(run.status == .success, "\(run.errors)")
            #expect(String(decoding: try fixture.folder.read("out.txt"), as: UTF8.self) == "content")
        }
    }

    @Test("--budget bounds the predictions of all rows, leaves the others not run, and ends with status 75")
    func budget() async throws {
        try await BatchFixture.run { fixture in
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

    @Test("A row whose script goes on after the budget's refusal is not done")
    func caughtBudget() async throws {
        let script = """
            local p = speedpix.params { text = {}, count = {} }
            local ok = pcall(run, "echo", { text = p.text })
            return { ok = ok }
            """
        try await BatchFixture.run(script) { fixture in
            let run = await fixture.batch("--budget", "1", "--concurrency", "1")
            #expect(run.status == .later && run.errors.contains("\n1 done, 2 not run of 3 rows\n"), "\(run.errors)")
            let rest = await fixture.batch("--resume")
            #expect(rest.status == .success && fixture.creates().count == 3, "\(rest.errors)")
        }
    }

    @Test("--until begins no row after its time, and ends with status 75")
    func until() async throws {
        try await BatchFixture.run { fixture in
            let run = await fixture.batch("--until", "06:00", "--concurrency", "1") { context in
                context.timeZone = .gmt
                // A second before it; the first row takes longer.
                context.now = { Date(timeIntervalSince1970: 5 * 3600 + 3599.9999) }
            }
            #expect(run.status == .later, "\(run.errors)")
            #expect(run.errors.contains("stopped, since it is 06:00: no row begins after that"))
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
        try await BatchFixture.run(script) { fixture in
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

    @Test("The secret is neither in results nor in the journal, whatever a script returns")
    func secret() async throws {
        let script = "speedpix.params { text = {} } return { leaked = 'the ' .. 'secret' .. ' itself' }"
        try await BatchFixture.run(script, rows: "sku,text\nA,one\n") { fixture in
            let run = await fixture.batch()
            #expect(run.status == .success, "\(run.errors)")
            #expect(fixture.results().last?.hasSuffix(",the <redacted> itself") == true, "\(fixture.results())")
        }
    }

    @Test("--retry without a journal is refused: each try would pay for everything anew")
    func retryWithoutJournal() async throws {
        try await BatchFixture.run { fixture in
            let run = await fixture.batch("--no-journal", "--retry", "2")
            #expect(run.status == .usage && run.errors.contains("--retry needs the journal"), "\(run.errors)")
        }
    }
}
