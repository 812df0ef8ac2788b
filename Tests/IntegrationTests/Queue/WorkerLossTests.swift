import Foundation
import NATS
import SpeedPix
import SpeedPixBatch
import SpeedPixJournal
import SpeedPixQueue
import SpeedPixTestSupport
import Testing

@testable import SpeedPixCommands

@Suite("Workers that lose NATS, or their process", .enabled(if: NATSServer.isAvailable))
struct WorkerLossTests {
    private func log(_ fixture: WorkerFixture) -> RowLog {
        RowLog(
            JetStreamRowLogStore(
                fixture.access.jetStream, batch: fixture.name.text, row: RowToken(key: "row-1").text),
            RowLogSettings(
                batch: fixture.name.text, rowKey: "row-1", worker: "w0", clock: ContinuousClock(), now: { 0 }))
    }

    @Test("Rows that run while NATS is away keep what they have created, create when it is back, and end once")
    func withoutNATS() async throws {
        // The second create is asked for while NATS is away.
        let script = """
            local p = speedpix.params { text = { required = true } }
            local first = run("echo", { text = p.text })
            print("created")
            while not fs.exists("go-on") do speedpix.sleep(0.01) end
            print("going on")
            local second = run("echo", { text = first.text .. " again" })
            return { said = second.text }
            """
        try await WorkerFixture.run(script, rows: [["text": "a"], ["text": "b"]]) { fixture in
            let folder = try TestFolder()
            let worker = fixture.worker("w1", in: folder, "--trust", "any")
            for row in 1...2 { #expect(await worker.says("row-\(row): created"), "\(worker.allErrors)") }
            await fixture.server.kill()
            #expect(await worker.says("NATS: the connection is lost"), "\(worker.allErrors)")
            try folder.write("", to: "go-on")
            for row in 1...2 { #expect(await worker.says("row-\(row): going on"), "\(worker.allErrors)") }
            try await fixture.server.restart()
            let results = try await fixture.results(2)
            worker.drain()
            #expect(await worker.status == .success)
            #expect(results.map { $0.result.values.first?.value } == [.string("a again"), .string("b again")])
            #expect(results.allSatisfy { $0.created == 2 && $0.tries == 1 })
            let creates = try fixture.creates(of: "w1", in: folder)
            #expect(creates.count == 4)
            #expect(creates.allSatisfy { $0.state == .succeeded })
            #expect(try await fixture.unacknowledged() == 0)
        }
    }

    /// What a worker leaves that ends after its own journal has a create, and before the log has what became of it.
    ///
    /// - Returns: The prediction's id.
    private func die(
        _ fixture: WorkerFixture, in folder: TestFolder, logsIntent: Bool, knowsID: Bool = true, seed: Int64? = nil
    ) async throws -> String {
        let row = log(fixture)
        _ = try await row.take(generation: 1)
        var manifest = try await BatchReader(fixture.name, fixture.access).manifest()
        manifest.seed = seed ?? manifest.seed
        let own = WorkerJournal(try JournalStore(folder: folder.path + "/state-w1"), manifest, command: [])
        let local = try own.opened().beginTake(
            RowTake(row: "row-1", take: row.take ?? ""), parameters: ["text": "a"]
        ).journal
        var create = JournaledCreate(
            position: CreatePosition(rawValue: "create 1"),
            identity: CreateIdentity(digest: "digest", inputs: ["text": "0123456789abcdef0123"]), workflowID: "echo",
            input: ["text": "a"])
        let intent = RowLogRecord.intent(create, named: "c-1")
        create.position = LocalPosition(create: "c-1", position: create.position).encoded
        guard case .new(let key) = try await local.claim(create) else {
            throw SpeedPixError(.journalFailed, "the create was made before")
        }
        try await local.recordIntent(key)
        if logsIntent {
            let entry = RowLogEntry(token: "t-1", take: row.take, time: 0, facts: [.intent(intent)])
            let store = JetStreamRowLogStore(
                fixture.access.jetStream, batch: fixture.name.text, row: RowToken(key: "row-1").text)
            _ = try await store.append(try entry.encoded(), number: 2)
        }
        if knowsID {
            try await local.recordCreated(Prediction(id: "p-1", status: .waiting, workflowID: "echo"), key)
        }
        try await local.flush()
        return "p-1"
    }

    /// Compares the journal of the worker that has ended.
    private func recover(_ fixture: WorkerFixture, in folder: TestFolder) async -> String {
        let worker = fixture.worker("w1", in: folder, "--recover")
        #expect(await worker.status == .success)
        return worker.allErrors
    }

    @Test(
        "At its start a worker adds to the log what its own journal has and the log lacks, once",
        arguments: [true, false])
    func recovers(logsIntent: Bool) async throws {
        try await WorkerFixture.run(rows: [["text": "a"]]) { fixture in
            let folder = try TestFolder()
            let id = try await die(fixture, in: folder, logsIntent: logsIntent)
            let said = await recover(fixture, in: folder)
            #expect(said.contains("1 prediction of a worker before compared with the queue, 1 added"), "\(said)")
            let next = log(fixture)
            _ = try await next.take(generation: 1)
            let create = try #require(next.state.creates.first)
            #expect(next.state.creates.count == 1)
            #expect(create.state == .created)
            #expect(create.predictionIDs == [id])
            #expect(create.intent.position?.rawValue == "create 1")
            #expect(create.intent.workflowID == "echo")
            #expect(create.intent.digest == "digest")
            #expect(create.intent.inputs == ["text": "0123456789abcdef"])
            let entries = next.state.number
            let again = await recover(fixture, in: folder)
            #expect(again.contains("compared with the queue, 0 added"), "\(again)")
            try await next.release(reason: "looked at")
            #expect(next.state.number == entries + 1, "nothing was added meanwhile")
        }
    }

    /// What NATS does that loses power before its disk has what it had confirmed.
    private func loseLogs(_ fixture: WorkerFixture) async throws {
        try await fixture.access.jetStream.deleteStream(QueueStream.logs.name)
        try await fixture.access.jetStream.createStream(QueueStream.logs.configuration())
    }

    @Test("What the log of a row has lost is added again, although its worker had ended in order")
    func logLost() async throws {
        try await WorkerFixture.run(rows: [["text": "a"]]) { fixture in
            let folder = try TestFolder()
            let worker = fixture.worker("w1", in: folder, "--trust", "any")
            let result = try #require(try await fixture.results(1).first)
            worker.drain()
            #expect(await worker.status == .success)
            // Also what a start has added is lost.
            for start in 1...2 {
                try await loseLogs(fixture)
                let said = await recover(fixture, in: folder)
                #expect(said.contains("1 prediction of a worker before compared with the queue, 1 added"), "\(said)")
                let next = log(fixture)
                _ = try await next.take(generation: 1)
                #expect(next.state.creates.flatMap(\.predictionIDs) == result.result.predictions, "start \(start)")
            }
        }
    }

    @Test("SIGTERM while a worker compares its journal, and logs cannot be reached, ends it with status 0")
    func drainsInRecovery() async throws {
        try await WorkerFixture.run(rows: [["text": "a"]]) { fixture in
            let folder = try TestFolder()
            _ = try await die(fixture, in: folder, logsIntent: false)
            // Nobody answers an append.
            try await fixture.access.jetStream.deleteStream(QueueStream.logs.name)
            let worker = fixture.worker("w1", in: folder, "--trust", "any")
            #expect(await worker.says("at once, from"), "\(worker.allErrors)")
            worker.drain()
            #expect(await worker.status == .success, "\(worker.allErrors)")
            let store = try JournalStore(folder: folder.path + "/state-w1")
            let run = try #require(try store.runs().first)
            #expect(!run.hasSucceeded)
            #expect(try store.takesToCompare(of: run.number, after: 0, endedSince: nil, limit: 9).count == 1)
        }
    }

    @Test("What a batch before has paid for is not added to one that has its name now")
    func anotherBatch() async throws {
        let other: (inout BatchManifest) -> Void = { $0.seed = 2 }
        try await WorkerFixture.run(rows: [["text": "a"]], change: other) { fixture in
            let folder = try TestFolder()
            _ = try await die(fixture, in: folder, logsIntent: true, seed: 1)
            let said = await recover(fixture, in: folder)
            #expect(said.contains("0 predictions of a worker before compared with the queue, 0 added"), "\(said)")
        }
    }

    @Test("What --recover cannot add, or another worker has, is said, and the status is that of a failure")
    func cannotRecover() async throws {
        try await WorkerFixture.run(rows: [["text": "a"]]) { fixture in
            let folder = try TestFolder()
            _ = try await die(fixture, in: folder, logsIntent: false)
            let store = try JournalStore(folder: folder.path + "/state-w1")
            let run = try #require(try store.runs().first)
            let running = try store.resumeBatch(run.number, run.description)
            let early = fixture.worker("w1", in: folder, "--recover")
            #expect(await early.status == .failure)
            #expect(early.allErrors.contains("a worker that runs has 1 batch of this journal"), "\(early.allErrors)")
            // Lets go of it.
            try await running.endTakes()

            try await loseLogs(fixture)
            _ = try await fixture.access.jetStream.publish(
                "speedpix.log.\(fixture.name).\(RowToken(key: "row-1")).1", Array("torn".utf8), ifAbsent: true)
            let worker = fixture.worker("w1", in: folder, "--recover")
            #expect(await worker.status == .failure)
            #expect(worker.allErrors.contains("row row-1: p-1 is not in the row's log yet"), "\(worker.allErrors)")
            #expect(worker.allErrors.contains("1 prediction could not be added"), "\(worker.allErrors)")
        }
    }

    @Test("An intent without an id stays in doubt: nothing is added for it")
    func doubt() async throws {
        try await WorkerFixture.run(rows: [["text": "a"]]) { fixture in
            let folder = try TestFolder()
            _ = try await die(fixture, in: folder, logsIntent: true, knowsID: false)
            let said = await recover(fixture, in: folder)
            #expect(said.contains("0 predictions of a worker before compared with the queue, 0 added"), "\(said)")
            let next = log(fixture)
            _ = try await next.take(generation: 1)
            #expect(next.state.creates.map(\.state) == [.open])
        }
    }

    /// The environment of a worker with this password.
    private func credentials(_ password: String, in folder: TestFolder) throws -> [String: String] {
        let path = try folder.write(password, to: "nats.password")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        return ["SPEEDPIX_NATS_USER": "worker", "SPEEDPIX_NATS_PASSWORD_FILE": path]
    }

    @Test(
        "A worker whose password NATS does not take any more ends with words, and its next start brings what it has paid for"
    )
    func passwordChanged() async throws {
        let script = """
            local p = speedpix.params { text = { required = true } }
            local job = create("echo", { text = p.text })
            print("created")
            while not fs.exists("go-on") do speedpix.sleep(0.01) end
            return { said = wait(job).text }
            """
        try await WorkerFixture.run(script, rows: [["text": "a"]], password: "first") { fixture in
            let folder = try TestFolder()
            let worker = fixture.worker(
                "w1", in: folder, "--trust", "any", environment: try credentials("first", in: folder))
            #expect(await worker.says("row-1: created"), "\(worker.allErrors)")
            await fixture.server.kill()
            try await fixture.server.restart(configuration: WorkerFixture.authorization(password: "second"))
            // Nobody tells it to end.
            let status = await worker.status
            #expect(status == .configuration || status == .failure, "\(worker.allErrors)")
            #expect(worker.allErrors.contains("does not accept these credentials"), "\(worker.allErrors)")
            let next = fixture.worker(
                "w1", in: folder, "--trust", "any", environment: try credentials("second", in: folder))
            #expect(await next.says("1 prediction of a worker before compared with the queue"), "\(next.allErrors)")
            while !next.drain() { await Task.yield() }
            #expect(await next.status == .success)
        }
    }
}
