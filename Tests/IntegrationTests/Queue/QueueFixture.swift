import NATS
import SpeedPix
import SpeedPixBatch
import SpeedPixCommands
import SpeedPixQueue
import SpeedPixTestSupport
import Testing

/// A script, rows, a service and a NATS server; and a stand-in for workers.
struct QueueFixture: Sendable {
    static let name = "shoes"

    let folder: TestFolder
    let server: NATSServer
    let environment: [String: String]

    static func run(
        rows: String = BatchFixture.rows, _ body: @escaping @Sendable (QueueFixture) async throws -> Void
    ) async throws {
        let server = try await NATSServer.start()
        try await BatchFixture.run(rows: rows) { fixture in
            try await body(QueueFixture(folder: fixture.folder, server: server, environment: fixture.environment))
        }
    }

    func speedpix(
        _ arguments: [String], in other: TestFolder? = nil, setting: (inout CommandContext) -> Void = { _ in }
    ) async -> CommandRun {
        await CommandRun(arguments, in: other ?? folder, environment: environment, setting: setting)
    }

    /// The command that begins the batch, with a stand-in that does its rows once they are in the queue.
    func batch(
        _ more: String..., in other: TestFolder? = nil,
        result: @escaping @Sendable (RowMessage) -> RowResult = {
            RowResult(.succeeded, values: [("said", .string($0.key))])
        }
    ) async throws -> CommandRun {
        try await withWorker(result: result) { setting in
            await speedpix(
                ["batch", "s.lua", "rows.csv", "--key", "sku", "--queue", server.url, "--name", Self.name] + more,
                in: other, setting: setting)
        }
    }

    /// Runs a command, and as soon as it follows a batch, or says that NATS is full, the stand-in, until the command has ended.
    func withWorker(
        result: @escaping @Sendable (RowMessage) -> RowResult,
        _ command: ((inout CommandContext) -> Void) async -> CommandRun
    ) async throws -> CommandRun {
        let (following, isFollowing) = AsyncStream<Void>.makeStream()
        let worker = Task {
            for await _ in following { try await doRows(result) }
        }
        let run = await command { context in
            let write = context.writeError
            context.writeError = { bytes in
                write(bytes)
                let text = String(decoding: bytes, as: UTF8.self)
                if text.contains("following ") || text.contains("NATS is full") { isFollowing.yield() }
            }
        }
        isFollowing.finish()
        worker.cancel()
        _ = await worker.result
        return run
    }

    func withJetStream<Result>(_ body: (JetStream) async throws -> Result) async throws -> Result {
        let connection = try await NATSConnection.connect(NATSConfiguration(servers: [server.url]))
        let result = try await body(JetStream(connection))
        await connection.close()
        return result
    }

    /// The log of a row, as a worker that has this name writes it.
    static func log(of key: String, by worker: String, in jetStream: JetStream) -> RowLog {
        RowLog(
            JetStreamRowLogStore(jetStream, batch: name, row: RowToken(key: key).text),
            RowLogSettings(batch: name, rowKey: key, worker: worker, clock: ContinuousClock(), now: { 0 }))
    }

    /// Does the rows that wait, as a worker does, but for their scripts.
    func doRows(_ result: (RowMessage) -> RowResult) async throws {
        try await withJetStream { jetStream in
            let name = try #require(BatchName(Self.name))
            while true {
                let messages = try await jetStream.pull(
                    QueueStream.rows.name, Self.name, count: 100, expires: .milliseconds(200))
                if messages.isEmpty { return }
                for message in messages {
                    let row = try #require(RowMessage(payload: message.message.payload))
                    let queued = QueuedResult(
                        row: row.number, generation: row.generation, worker: "w", tries: 1, result: result(row))
                    let log = Self.log(of: row.key, by: "w", in: jetStream)
                    _ = try await log.take(generation: row.generation)
                    _ = try await log.finish(queued.json)
                    _ = try await jetStream.publish(
                        QueueSubject(name).result(row.token, generation: row.generation), queued.payload, ifAbsent: true
                    )
                    try await message.ack()
                }
            }
        }
    }

    /// The results, without their mark and their times.
    func results(_ file: String = "rows-results.csv", in other: TestFolder? = nil) throws -> [String] {
        String(decoding: try (other ?? folder).read(file), as: UTF8.self).dropFirst().split(separator: "\r\n").map(
            String.init)
    }
}
