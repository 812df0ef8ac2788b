import NATS
import SpeedPix
import SpeedPixBatch
import SpeedPixQueue
import SpeedPixTestSupport
import Testing

@testable import SpeedPixCommands

@Suite("speedpix worker", .enabled(if: NATSServer.isAvailable))
struct WorkerCommandTests {
    @Test("Two workers do each row once, and drain with status 0")
    func twoWorkers() async throws {
        let rows = (1...20).map { ["text": "t\($0)"] }
        try await WorkerFixture.run(rows: rows) { fixture in
            let folder = try TestFolder()
            let workers = ["w1", "w2"].map { fixture.worker($0, in: folder, "--trust", "any", "--concurrency", "3") }
            let results = try await fixture.results(20)
            for worker in workers { #expect(worker.drain()) }
            for worker in workers { #expect(await worker.status == .success) }
            #expect(results.map(\.row) == Array(1...20))
            #expect(results.allSatisfy { $0.result.state == .succeeded && $0.created == 1 && $0.tries == 1 })
            #expect(results.map { $0.result.values.first?.value } == (1...20).map { .string("t\($0)") })
            let creates = try ["w1", "w2"].flatMap { try fixture.creates(of: $0, in: folder) }
            #expect(creates.count == 20)
            #expect(Set(creates.compactMap(\.prediction?.id)) == Set(results.flatMap(\.result.predictions)))
            #expect(try await fixture.unacknowledged() == 0)
        }
    }

    @Test("A worker that is started while NATS is down says so, and begins when it is there")
    func startBeforeNATS() async throws {
        try await WorkerFixture.run(rows: [["text": "a"]]) { fixture in
            await fixture.server.kill()
            let folder = try TestFolder()
            let worker = fixture.worker("w1", in: folder, "--trust", "any")
            #expect(await worker.says("(\(fixture.server.url)); trying again\n"), "\(worker.allErrors)")
            try await fixture.server.restart()
            #expect(try await fixture.results(1).count == 1)
            worker.drain()
            #expect(await worker.status == .success)
        }
    }

    @Test("SIGTERM while a worker waits for NATS at its start ends it with status 0")
    func drainsBeforeNATS() async throws {
        try await WorkerFixture.run(rows: [["text": "a"]]) { fixture in
            await fixture.server.kill()
            let folder = try TestFolder()
            let worker = fixture.worker("w1", in: folder, "--trust", "any")
            #expect(await worker.says("(\(fixture.server.url)); trying again\n"), "\(worker.allErrors)")
            #expect(worker.drain())
            #expect(await worker.status == .success, "\(worker.allErrors)")
        }
    }

    @Test("What a script prints stands on standard error behind the row's label")
    func output() async throws {
        try await WorkerFixture.run(rows: [["text": "hello"]]) { fixture in
            let folder = try TestFolder()
            let worker = fixture.worker("w1", in: folder, "--trust", "any")
            #expect(await worker.says("row-1: said hello\n"), "\(worker.allErrors)")
            _ = try await fixture.results(1)
            worker.drain()
            #expect(await worker.status == .success)
            #expect(worker.allErrors.contains("1 row done, 0 failed, 0 given back"))
        }
    }

    @Test("Events of a worker are valid by the schema, and those of rows name their batch")
    func events() async throws {
        try await WorkerFixture.run(rows: [["text": "a"], ["text": "fail broken"]]) { fixture in
            let folder = try TestFolder()
            let output = Capture()
            let worker = BackgroundCommand(
                ["worker", "--queue", fixture.server.url, "--worker", "w1", "--trust", "any", "--json"], in: folder,
                environment: fixture.environment
            ) {
                $0.writeOutput = output.append
            }
            _ = try await fixture.results(2)
            worker.drain()
            #expect(await worker.status == .success, "\(worker.allErrors)")
            let names = try await EventSchema.validate(output.all, in: folder)
            #expect(names.isSuperset(of: ["row.started", "row.succeeded", "row.failed", "prediction.created"]))
            let events = try output.all.split(separator: UInt8(ascii: "\n")).map { try JSONValue(parsing: $0) }
            let ends: Set<String?> = ["run.started", "run.finished"]
            for event in events where !ends.contains(event["event"]?.stringValue) {
                #expect(event["batch"] == "cards", "\(event)")
            }
        }
    }

    @Test("A stream that is gone is said once for each batch, and so is its return")
    func lastingProblem() async throws {
        try await WorkerFixture.run(rows: [["text": "a"]]) { fixture in
            let folder = try TestFolder()
            let worker = fixture.worker("w1", in: folder, "--trust", "any")
            _ = try await fixture.results(1)
            let jetStream = fixture.access.jetStream
            try await jetStream.deleteStream(QueueStream.leases.name)
            let problem = "batch cards: whether its rows may begin cannot be read, and is tried again: "
            #expect(await worker.says(problem), "\(worker.allErrors)")
            try await jetStream.createStream(QueueStream.leases.configuration())
            let end = "batch cards: whether its rows may begin can be read again\n"
            #expect(await worker.says(end), "\(worker.allErrors)")
            worker.drain()
            #expect(await worker.status == .success, "\(worker.allErrors)")
            #expect(worker.allErrors.ranges(of: problem).count == 1 && worker.allErrors.ranges(of: end).count == 1)
        }
    }

    @Test("A script that nobody has trusted does not run, and the digest that is named lets it run")
    func trust() async throws {
        try await WorkerFixture.run(rows: [["text": "a"]]) { fixture in
            let folder = try TestFolder()
            let wary = fixture.worker("w1", in: folder)
            #expect(await wary.says("is not trusted here"))
            let digest = try #require(wary.allErrors.firstMatch(of: /--trust ([0-9a-f]{64})/)?.output.1)
            #expect(try await fixture.unacknowledged() == 1)
            let other = fixture.worker("w2", in: folder, "--trust", String(digest))
            let result = try #require(try await fixture.results(1).first)
            #expect(result.worker == "w2")
            for worker in [wary, other] {
                worker.drain()
                #expect(await worker.status == .success)
            }
        }
    }

    @Test("A worker of another version, and one of another account, say so once and take no row")
    func others() async throws {
        let older: (inout BatchManifest) -> Void = { $0.version = "0.0.1" }
        try await WorkerFixture.run(rows: [["text": "a"]], change: older) { fixture in
            let folder = try TestFolder()
            let worker = fixture.worker("w1", in: folder, "--trust", "any")
            #expect(await worker.says("it was begun by speedpix 0.0.1"))
            worker.drain()
            #expect(await worker.status == .success)
            #expect(try await fixture.unacknowledged() == 1)
        }
        let theirs: (inout BatchManifest) -> Void = { $0.appKey = "theirs" }
        try await WorkerFixture.run(rows: [["text": "a"]], change: theirs) { fixture in
            let folder = try TestFolder()
            let worker = fixture.worker("w1", in: folder, "--trust", "any")
            #expect(await worker.says("it is for theirs at"))
            worker.drain()
            #expect(await worker.status == .success)
            #expect(try await fixture.unacknowledged() == 1)
        }
    }

    @Test("A row that fails has its error as its result; its own failure is not tried again without --retry")
    func failure() async throws {
        try await WorkerFixture.run(rows: [["text": "fail broken"], ["text": "fine"]]) { fixture in
            let folder = try TestFolder()
            let worker = fixture.worker("w1", in: folder, "--trust", "any")
            let results = try await fixture.results(2)
            worker.drain()
            #expect(await worker.status == .success)
            #expect(results.map(\.result.state) == [.failed, .succeeded])
            #expect(results[0].result.failure?.code == "prediction_failed")
            #expect(worker.allErrors.contains("1 row done, 1 failed, 0 given back"))
        }
    }

    @Test("A row whose file the worker does not see is given back, and what it lacks is published")
    func files() async throws {
        let script = """
            local p = speedpix.params { image = { type = "file", required = true } }
            return { image = tostring(p.image) }
            """
        try await WorkerFixture.run(script, rows: [["image": "photos/7.jpg"]]) { fixture in
            let folder = try TestFolder()
            let worker = fixture.worker("w1", in: folder, "--trust", "any", "--root", folder.path)
            #expect(await worker.says("lacks photos/7.jpg below its --root"))
            for try await message in fixture.access.jetStream.messages(
                in: QueueStream.leases.name, filter: QueueSubject(fixture.name).reports)
            {
                let report = try #require(WorkerReport(payload: message.payload))
                #expect(report.worker == "w1")
                #expect(report.message == "lacks photos/7.jpg below its --root")
                break
            }
            worker.drain()
            #expect(await worker.status == .success)
            #expect(try await fixture.unacknowledged() == 1)
        }
    }

    @Test("A row whose report finds no room is given back all the same")
    func fullReports() async throws {
        let script = """
            local p = speedpix.params { image = { type = "file", required = true } }
            return { image = tostring(p.image) }
            """
        try await WorkerFixture.run(script, rows: [["image": "photos/7.jpg"]]) { fixture in
            let jetStream = fixture.access.jetStream
            try await jetStream.deleteStream(QueueStream.leases.name)
            var leases = QueueStream.leases.configuration()
            leases.maxMessages = 1
            try await jetStream.createStream(leases)
            _ = try await jetStream.publish("speedpix.lease.\(fixture.name).full", [1], ifAbsent: true)
            let folder = try TestFolder()
            let worker = fixture.worker("w1", in: folder, "--trust", "any", "--root", folder.path)
            #expect(await worker.says("lacks photos/7.jpg below its --root"))
            worker.drain()
            #expect(await worker.status == .success)
            #expect(worker.allErrors.contains("0 rows done, 0 failed, 1 given back"), "\(worker.allErrors)")
            #expect(try await fixture.unacknowledged() == 1)
        }
    }

    @Test("Values may not name files outside of --root, though the worker's user may read them")
    func outside() async throws {
        let script = """
            local p = speedpix.params { text = { required = true } }
            return { has = pcall(fs.read, p.text) }
            """
        let folder = try TestFolder()
        try folder.write("secret", to: "secret.txt")
        try folder.write("open", to: "root/open.txt")
        let rows = [["text": "open.txt"], ["text": folder.path + "/secret.txt"], ["text": "../secret.txt"]]
        try await WorkerFixture.run(script, rows: rows) { fixture in
            let worker = fixture.worker("w1", in: folder, "--trust", "any", "--root", folder.path + "/root")
            let results = try await fixture.results(3)
            worker.drain()
            #expect(await worker.status == .success)
            #expect(results.map { $0.result.values.first?.value } == [.bool(true), .bool(false), .bool(false)])
        }
    }

    @Test("A row that three workers have vanished with fails as worker_lost, with what it has paid for")
    func workerLost() async throws {
        try await WorkerFixture.run(rows: [["text": "a"]]) { fixture in
            let token = RowToken(key: "row-1").text
            for _ in 1...3 {
                let settings = RowLogSettings(
                    batch: fixture.name.text, rowKey: "row-1", worker: "gone", clock: ContinuousClock(), now: { 0 })
                let log = RowLog(
                    JetStreamRowLogStore(fixture.access.jetStream, batch: fixture.name.text, row: token), settings)
                _ = try await log.take(generation: 1)
            }
            let folder = try TestFolder()
            let worker = fixture.worker("w1", in: folder, "--trust", "any")
            let result = try #require(try await fixture.results(1).first)
            worker.drain()
            #expect(await worker.status == .success)
            #expect(result.result.failure?.code == "worker_lost")
            #expect(result.result.predictions.isEmpty)
            #expect(try await fixture.unacknowledged() == 0)
        }
    }

    @Test("A row with a result in its log is not run: the result is seen to be among the results")
    func endedInLog() async throws {
        try await WorkerFixture.run(rows: [["text": "a"]]) { fixture in
            let settings = RowLogSettings(
                batch: fixture.name.text, rowKey: "row-1", worker: "w0", clock: ContinuousClock(), now: { 0 })
            let log = RowLog(
                JetStreamRowLogStore(
                    fixture.access.jetStream, batch: fixture.name.text, row: RowToken(key: "row-1").text), settings)
            _ = try await log.take(generation: 1)
            let known = QueuedResult(
                row: 1, generation: 1, worker: "w0", tries: 1, result: RowResult(.succeeded), created: 7)
            _ = try await log.finish(known.json)
            let folder = try TestFolder()
            let worker = fixture.worker("w1", in: folder, "--trust", "any")
            #expect(try await fixture.results(1) == [known])
            worker.drain()
            #expect(await worker.status == .success)
            #expect(!worker.allErrors.contains("said a"))
        }
    }

    @Test("After the grace rows are given back, and status is 0; what they have created is taken up by the next worker")
    func handsBack() async throws {
        let script = """
            local p = speedpix.params { text = { required = true } }
            local job = create("echo", { text = p.text })
            print("created")
            if p.text == "a" then speedpix.sleep(3600) end
            return { said = wait(job).text }
            """
        try await WorkerFixture.run(script, rows: [["text": "a"]]) { fixture in
            let folder = try TestFolder()
            let worker = fixture.worker("w1", in: folder, "--trust", "any", "--grace", "0")
            #expect(await worker.says("row-1: created"), "\(worker.allErrors)")
            worker.drain()
            #expect(await worker.status == .success)
            #expect(worker.allErrors.contains("0 rows done, 0 failed, 1 given back"))
            #expect(try await fixture.unacknowledged() == 1)
            let settings = RowLogSettings(
                batch: fixture.name.text, rowKey: "row-1", worker: "w2", clock: ContinuousClock(), now: { 0 })
            let log = RowLog(
                JetStreamRowLogStore(
                    fixture.access.jetStream, batch: fixture.name.text, row: RowToken(key: "row-1").text), settings)
            _ = try await log.take(generation: 1)
            #expect(log.state.takesWithoutEnd == 1, "it was released")
            #expect(log.state.creates.count == 1)
            #expect(log.state.creates.first?.prediction != nil)
        }
    }

    @Test("A second signal stops it at once")
    func stops() async throws {
        let script = "speedpix.params { text = {} } print('begun') speedpix.sleep(3600)"
        try await WorkerFixture.run(script, rows: [["text": "a"]]) { fixture in
            let folder = try TestFolder()
            let worker = fixture.worker("w1", in: folder, "--trust", "any")
            #expect(await worker.says("row-1: begun"), "\(worker.allErrors)")
            #expect(worker.drain())
            #expect(!worker.drain(), "the second one is the process's")
            worker.stop()
            #expect(await worker.status == .interrupted)
        }
    }
}
