import NATS
import SpeedPix
import SpeedPixBatch
import SpeedPixCommands
import SpeedPixJournal
import SpeedPixQueue
import SpeedPixTestSupport
import Testing

/// A batch in the queue of a real nats-server, and a service in this process.
struct WorkerFixture {
    static let script = """
        local p = speedpix.params { text = { required = true } }
        local out = run("echo", { text = p.text, fail = p.text:match("^fail (.+)") })
        print("said " .. out.text)
        return { said = out.text }
        """

    let server: NATSServer
    let environment: [String: String]
    let endpoint: String
    let access: QueueAccess
    let name: BatchName

    /// - Parameters:
    ///   - password: Of the user `worker`, whom the server wants then.
    ///   - change: Changes the manifest before it is published.
    static func run(
        _ script: String = script, rows: [[String: String]], password: String? = nil,
        change: (inout BatchManifest) -> Void = { _ in },
        _ body: @escaping @Sendable (WorkerFixture) async throws -> Void
    ) async throws {
        let server = try await NATSServer.start(configuration: password.map(authorization) ?? "")
        let connection = try await NATSConnection.connect(
            NATSConfiguration(
                servers: [server.url], credentials: password.map { .user("worker", password: $0) } ?? .none))
        let access = QueueAccess(JetStream(connection), clock: ContinuousClock())
        let name = try #require(BatchName("cards"))
        let source = Array(script.utf8)
        let columns = Set(rows.flatMap(\.keys)).sorted()
        let lines = rows.enumerated().map { index, values in
            RowLine(
                number: index + 1, line: index + 2, key: "row-\(index + 1)", label: "row-\(index + 1)",
                cells: columns.map { values[$0] })
        }
        var manifest = BatchManifest(
            name: name, version: SpeedPixVersion.current, time: 0,
            script: .init(
                name: "card.lua",
                files: [
                    .init(
                        path: "card.lua", size: source.count, digest: QueuePieces.digest(source),
                        pieces: QueuePieces.count(of: source.count))
                ]),
            endpoint: "", appKey: "key", constants: [:],
            rows: .init(
                source: "rows.csv", count: rows.count, digest: try QueuePieces.digest(of: lines), columns: columns,
                parameters: columns.map { $0 }, keyColumn: nil),
            seed: 1)
        change(&manifest)
        let changed = manifest
        try await TestService.run { endpoint in
            var manifest = changed
            if manifest.endpoint.isEmpty { manifest.endpoint = endpoint }
            try await QueueSetup.prepare(access.jetStream, replicas: 1)
            let publisher = BatchPublisher(access)
            _ = try await publisher.begin(manifest)
            for (index, piece) in QueuePieces.cut(source).enumerated() {
                _ = try await access.writeOnce(.batches).create(QueueSubject(name).script(index + 1), piece)
            }
            for line in lines {
                let message = RowMessage(line, parameters: manifest.rows.parameters)
                _ = try await access.jetStream.publish(
                    QueueSubject(name).waitingRows, headers: message.headers(name), message.payload)
            }
            try await body(
                WorkerFixture(
                    server: server, environment: TestService.environment(endpoint), endpoint: endpoint,
                    access: access, name: name))
        }
        await connection.close()
    }

    /// Lines of a server's configuration.
    static func authorization(password: String) -> String {
        "authorization { user: worker, password: \(password) }\n"
    }

    /// A worker with a journal of its own.
    func worker(
        _ name: String, in folder: TestFolder, _ arguments: String..., environment more: [String: String] = [:]
    ) -> BackgroundCommand {
        BackgroundCommand(
            ["worker", "--queue", server.url, "--worker", name, "--state", "\(folder.path)/state-\(name)"] + arguments,
            in: folder, environment: environment.merging(more) { $1 })
    }

    /// The results in the order of their rows, once there are as many.
    func results(_ count: Int) async throws -> [QueuedResult] {
        var results: [QueuedResult] = []
        let stored = access.jetStream.messages(in: QueueStream.results.name, filter: QueueSubject(name).results)
        for try await message in stored {
            results.append(try #require(QueuedResult(payload: message.payload)))
            if results.count == count { break }
        }
        return results.sorted { $0.row < $1.row }
    }

    /// Creates as the worker's own journal has them.
    func creates(of worker: String, in folder: TestFolder) throws -> [RecordedCreate] {
        try JournalStore(folder: "\(folder.path)/state-\(worker)").creates()
    }

    /// Rows of the batch that were not acknowledged.
    func unacknowledged() async throws -> Int {
        let info = try await access.jetStream.consumer(name.text, of: QueueStream.rows.name)
        return info.map { $0.pending + $0.ackPending } ?? 0
    }
}
