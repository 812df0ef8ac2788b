import NATS
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
}
