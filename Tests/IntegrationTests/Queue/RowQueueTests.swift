import NATS
import SpeedPix
import SpeedPixBatch
import SpeedPixQueue
import SpeedPixTestSupport
import Testing

@Suite("The rows of a batch as one worker gets them", .enabled(if: NATSServer.isAvailable))
struct RowQueueTests {
    private func queue(_ fixture: WorkerFixture) -> JetStreamRowQueue {
        JetStreamRowQueue(
            batch: fixture.name, retries: 0, access: fixture.access,
            settings: RowLogSettings(
                batch: fixture.name.text, rowKey: "", worker: "w1", clock: ContinuousClock(), now: { 0 }))
    }

    @Test("It is closed only while no row is with the worker, and then hands out none")
    func closes() async throws {
        try await WorkerFixture.run(rows: [["text": "a"], ["text": "b"]]) { fixture in
            let queue = queue(fixture)
            let row = try #require(try await queue.pull(count: 1, expires: .seconds(5)).first)
            #expect(!queue.closeIfIdle())
            let queued = try #require(try await queue.begin(row))
            let result = QueuedResult(
                row: queued.row.number, generation: 1, worker: "w1", tries: 1, result: RowResult(.succeeded))
            #expect(try await queue.finish(row, result) == .final(isOwn: true))
            #expect(queue.closeIfIdle())
            #expect(try await queue.pull(count: 1, expires: .seconds(5)).isEmpty)
            #expect(try await fixture.unacknowledged() == 1)
        }
    }

    @Test(
        "A row whose log cannot be read is given back a few times, then fails without a create, also when it is opened again"
    )
    func unreadable() async throws {
        try await WorkerFixture.run(rows: [["text": "a"]]) { fixture in
            let jetStream = fixture.access.jetStream
            let (token, queue) = (RowToken(key: "row-1"), queue(fixture))
            _ = try await jetStream.publish(
                "speedpix.log.\(fixture.name).\(token).1", Array("torn".utf8), ifAbsent: true)
            for delivery in 1..<JetStreamRowQueue.unreadableDeliveries {
                let pulled = try await jetStream.pull(
                    QueueStream.rows.name, fixture.name.text, count: 1, expires: .seconds(10))
                #expect(pulled.map(\.deliveries) == [delivery])
                try await pulled.first?.negativeAck(delay: .zero)
            }
            let row = try #require(try await queue.pull(count: 1, expires: .seconds(10)).first)
            #expect(try await queue.begin(row) == nil)
            let result = try #require(try await fixture.results(1).first)
            #expect(result.result.state == .failed)
            #expect(result.result.failure?.code == "row_log_unreadable")
            #expect(result.result.failure?.message.contains("entry 1 of the row's log cannot be read") == true)
            #expect(try await fixture.unacknowledged() == 0)

            let reader = BatchReader(fixture.name, fixture.access)
            let line = RowLine(number: 1, line: 2, key: "row-1", label: "row-1", cells: ["a"])
            try await RowReopener(fixture.access, fixture.name, try await reader.manifest(), now: { 0 })
                .reopen([(line: line, generation: 2)])
            #expect(try await fixture.unacknowledged() == 1)
        }
    }

    @Test(
        "A row whose log has lost its result is opened again by what the results have; one that has none hinders no other"
    )
    func resultLost() async throws {
        try await WorkerFixture.run(rows: [["text": "a"], ["text": "b"], ["text": "c"]]) { fixture in
            let queue = queue(fixture)
            for row in try await queue.pull(count: 2, expires: .seconds(10)) {
                _ = try #require(try await queue.begin(row))
                let failure = RowResult.Failure(code: "prediction_failed", message: "too small")
                let result = QueuedResult(
                    row: row.message.number, generation: 1, worker: "w1", tries: 1,
                    result: RowResult(.failed, failure: failure))
                #expect(try await queue.finish(row, result) == .final(isOwn: true))
            }
            #expect(try await fixture.results(2).count == 2)
            let jetStream = fixture.access.jetStream
            try await jetStream.deleteStream(QueueStream.logs.name)
            try await jetStream.createStream(QueueStream.logs.configuration())

            let manifest = try await BatchReader(fixture.name, fixture.access).manifest()
            let rows = ["a", "b", "c"].enumerated().map { index, text in
                let (number, key) = (index + 1, "row-\(index + 1)")
                return (
                    line: RowLine(number: number, line: number + 1, key: key, label: key, cells: [text]), generation: 2
                )
            }
            let error = await #expect(throws: SpeedPixError.self) {
                try await RowReopener(fixture.access, fixture.name, manifest, now: { 0 }).reopen(rows)
            }
            #expect(error?.message.contains("the row row-3 was not opened again") == true)
            // The third row of the first generation, and two of the second.
            #expect(try await fixture.unacknowledged() == 3)
            for row in 1...2 {
                let key = "row-\(row)"
                let log = RowLog(
                    JetStreamRowLogStore(jetStream, batch: fixture.name.text, row: RowToken(key: key).text),
                    RowLogSettings(
                        batch: fixture.name.text, rowKey: key, worker: "w1", clock: ContinuousClock(), now: { 0 }))
                guard case .taken = try await log.take(generation: 2) else {
                    Issue.record("row \(row) cannot be taken")
                    continue
                }
                #expect(log.state.generation == 2)
                #expect(log.state.results[1].flatMap(QueuedResult.init(json:))?.result.state == .failed)
            }
        }
    }

    @Test("A row whose log cannot be read is given back at first")
    func unreadableAtFirst() async throws {
        try await WorkerFixture.run(rows: [["text": "a"]]) { fixture in
            let queue = queue(fixture)
            _ = try await fixture.access.jetStream.publish(
                "speedpix.log.\(fixture.name).\(RowToken(key: "row-1")).1", Array("torn".utf8), ifAbsent: true)
            let row = try #require(try await queue.pull(count: 1, expires: .seconds(10)).first)
            let error = await #expect(throws: SpeedPixError.self) { try await queue.begin(row) }
            #expect(error?.code == .rowLogUnreadable)
            await queue.handBack(row, reason: "unreadable")
            #expect(try await fixture.unacknowledged() == 1)
            let results = try await fixture.access.jetStream.stream(QueueStream.results.name)
            #expect(results?.messages == 0)
        }
    }
}
