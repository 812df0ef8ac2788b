import Foundation
import SpeedPix
import SpeedPixBatch
import SpeedPixJournal
import SpeedPixTestSupport
import Testing

@testable import SpeedPixCommands

@Suite("What a batch that goes on knows of its attempts before")
struct BatchResumeTests {
    /// Saves a picture that has the row's text as its content.
    private static func saving(_ name: String, _ options: String = "") -> String {
        """
        local p = speedpix.params { text = {}, count = {} }
        local out = run("echo", { text = p.text, image = speedpix.bytes(p.text, "a.txt") })
        out.images:save(\(name)\(options))
        """
    }

    private func text(_ name: String, _ fixture: BatchFixture) throws -> String {
        String(decoding: try fixture.folder.read(name), as: UTF8.self)
    }

    @Test("A row does not save over the file of a row that an attempt before has done")
    func sameName() async throws {
        try await BatchFixture.run(Self.saving("'out/same.txt'"), rows: "sku,text\nA,one\n") { fixture in
            _ = await fixture.batch()
            try fixture.folder.write("sku,text\nA,one\nB,two\n", to: "rows.csv")
            let run = await fixture.batch("--resume")
            #expect(run.status == .predictionFailed, "\(run.errors)")
            #expect(run.errors.contains("two results of this run would be saved as out/same.txt"), "\(run.errors)")
            #expect(run.errors.contains("of the row A"), "\(run.errors)")
            #expect(try text("out/same.txt", fixture) == "one")
            // A row that is done again keeps its own name.
            try fixture.folder.write("sku,text\nA,three\n", to: "rows.csv")
            let again = await fixture.batch("--resume")
            #expect(again.status == .success, "\(again.errors)")
            #expect(try text("out/same.txt", fixture) == "three")
        }
    }

    @Test("Rows that are done again may exchange the names of their files")
    func exchanged() async throws {
        let script = Self.saving("'out/' .. p.text .. '.txt'")
        try await BatchFixture.run(script, rows: "sku,text\nA,one\nB,two\n") { fixture in
            _ = await fixture.batch()
            try fixture.folder.write("sku,text\nA,two\nB,one\n", to: "rows.csv")
            let run = await fixture.batch("--resume", "--concurrency", "1")
            #expect(run.status == .success, "\(run.errors)")
        }
    }

    @Test("on_conflict = \"rename\" goes on behind the names of attempts before, and a row keeps its own")
    func renamed() async throws {
        let script = Self.saving("'out/same.txt'", ", { on_conflict = 'rename' }")
        try await BatchFixture.run(script, rows: "sku,text\nA,one\nB,two\n") { fixture in
            _ = await fixture.batch("--concurrency", "1")
            try fixture.folder.write("sku,text\nA,one\nB,zwei\nC,three\n", to: "rows.csv")
            let run = await fixture.batch("--resume", "--concurrency", "1")
            #expect(run.status == .success, "\(run.errors)")
            let files = try ["same", "same-2", "same-3"].map { try text("out/\($0).txt", fixture) }
            #expect(files == ["one", "zwei", "three"])
        }
    }

    @Test("--again keeps what the row has paid for before among what is not saved")
    func again() async throws {
        let script = """
            local p = speedpix.params { text = {}, count = {} }
            run("echo", { text = p.text, image = speedpix.bytes(p.text, "a.txt") })
            """
        try await BatchFixture.run(script, rows: "sku,text\nA,one\n") { fixture in
            _ = await fixture.batch()
            let run = await fixture.batch("--resume", "--again", "A")
            #expect(run.errors.contains("\n1 prediction created"), "\(run.errors)")
            let list = await CommandRun(
                ["jobs", "list", "--unsaved"], in: fixture.folder, environment: fixture.environment)
            #expect(list.output.split(separator: "\n").count == 2, "\(list.output)")
        }
    }

    @Test("A batch whose rows have not waited for their predictions is finished once these have ended")
    func unended() async throws {
        let script = """
            local p = speedpix.params { text = {}, count = {} }
            create("echo", { text = p.text })
            """
        try await BatchFixture.run(script) { fixture in
            #expect(await fixture.batch().status == .success)
            let ids = fixture.creates().compactMap { $0.prediction?.id }
            _ = await CommandRun(["jobs", "wait"] + ids, in: fixture.folder, environment: fixture.environment)
            let run = await fixture.batch("--resume")
            #expect(run.errors.contains("3 were done before"), "\(run.errors)")
            let recorded = try JournalStore(folder: fixture.folder.path + "/.speedpix").run(1)
            #expect(!recorded.isUnfinished && recorded.succeeded == 3)
        }
    }

    @Test("A row that was done and has a create in doubt runs again, and is in doubt until that is settled")
    func doubt() async throws {
        try await BatchFixture.run { fixture in
            _ = await fixture.batch()
            let row = try await leaveDoubt(in: "A", fixture)
            let run = await fixture.batch("--resume", "--state", ".speedpix")
            #expect(
                run.errors.contains(
                    "\n1 row (A) again, since it is unknown whether all that they have created was made\n"),
                "\(run.errors)")
            #expect(run.status == .predictionFailed && run.errors.contains("\n2 done, 1 in doubt of 3 rows"))
            #expect(run.errors.contains("speedpix runs settle \(row) \"create 9\" --id ID --state .speedpix"))
            #expect(fixture.creates().count == 4)
            let settled = await CommandRun(
                ["runs", "settle", "1", "create 9", "--not-created"], in: fixture.folder,
                environment: fixture.environment)
            #expect(settled.status == .success, "\(settled.errors)")
            let rest = await fixture.batch("--resume")
            #expect(
                rest.status == .success && rest.errors.contains("\n0 predictions created, 1 from"), "\(rest.errors)")
        }
    }

    /// As a process that is killed between the intent and the answer, after which the row was done without that create.
    ///
    /// - Returns: The row's run.
    private func leaveDoubt(in key: String, _ fixture: BatchFixture) async throws -> Int64 {
        let store = try JournalStore(folder: fixture.folder.path + "/.speedpix")
        let batch = try store.resumeBatch(1, try store.run(1).description)
        let recorded = try #require(try batch.reader.row(key))
        let row = try await batch.begin(key, recorded, parameters: [:])
        let create = JournaledCreate(
            position: CreatePosition(rawValue: "create 9"), identity: CreateIdentity(digest: "another", inputs: [:]),
            workflowID: "echo", label: nil, input: [:])
        guard case .new(let claim) = try await row.journal.claim(create) else { throw CancellationError() }
        try await row.journal.recordIntent(claim)
        try await batch.finish(
            row, digest: try #require(recorded.digest), files: recorded.files, result: try #require(recorded.result),
            succeeded: true)
        try await batch.end(succeeded: true)
        return recorded.run
    }

    @Test("A row runs again when a file has come that it has looked for")
    func missingFile() async throws {
        let script = """
            local p = speedpix.params { text = {}, count = {} }
            return { extra = fs.exists("extra.txt") and fs.read("extra.txt") or "none" }
            """
        try await BatchFixture.run(script, rows: "sku,text\nA,one\n") { fixture in
            _ = await fixture.batch()
            #expect(fixture.results().last?.hasSuffix(",none") == true)
            let same = await fixture.batch("--resume")
            #expect(same.errors.contains("1 was done before"), "\(same.errors)")
            try fixture.folder.write("more", to: "extra.txt")
            let run = await fixture.batch("--resume")
            #expect(run.errors.contains("\n1 row (A) again, since extra.txt has changed\n"), "\(run.errors)")
            #expect(fixture.results().last?.hasSuffix(",more") == true)
        }
    }

    @Test("--only counts a row that was done and has changed as not run")
    func changedRow() async throws {
        try await BatchFixture.run(rows: "sku,text\nA,one\nB,two\n") { fixture in
            _ = await fixture.batch()
            try fixture.folder.write("sku,text\nA,one\nB,zwei\nC,three\n", to: "rows.csv")
            let run = await fixture.batch("--resume", "--only", "new")
            #expect(run.status == .predictionFailed, "\(run.errors)")
            #expect(run.errors.contains("\n2 done, 1 not run of 3 rows; 1 was done before\n"), "\(run.errors)")
            #expect(fixture.results()[2].hasPrefix("B,zwei,not_run,\"changed: it was done, and has changed since"))
        }
    }

    @Test("A row whose key is a word of --only is chosen with key: before it")
    func keysThatAreWords() async throws {
        try await BatchFixture.run(rows: "sku,text\nfailed,fail a\nnew,fail b\n") { fixture in
            _ = await fixture.batch()
            let run = await fixture.batch("--resume", "--only", "key:failed")
            #expect(run.errors.contains("\n1 prediction created"), "\(run.errors)")
            #expect(fixture.creates().filter { $0.rowKey == "failed" }.count == 2)
            #expect(fixture.creates().filter { $0.rowKey == "new" }.count == 1)
        }
    }

    @Test("A batch that cannot go on after it has begun has ended in the journal")
    func endedByAnError() async throws {
        try await BatchFixture.run { fixture in
            _ = await fixture.batch()
            let run = await fixture.batch("--resume", "--only", "X")
            #expect(run.status == .usage)
            let recorded = try JournalStore(folder: fixture.folder.path + "/.speedpix").run(1)
            #expect(recorded.ended != nil)
        }
    }
}
