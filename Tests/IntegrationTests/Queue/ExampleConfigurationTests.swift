import Foundation
import NATS
import SpeedPixQueue
import SpeedPixTestSupport
import Testing

/// The server's configuration in `examples/queue`, with a real nats-server.
@Suite("The configuration of NATS in examples/queue", .enabled(if: NATSServer.isAvailable))
struct ExampleConfigurationTests {
    private static let folder = "\(TestFolder.repository)/examples/queue"

    @Test(
        "nats-server accepts each file",
        arguments: ["nats.conf", "cluster-1.conf", "cluster-2.conf", "cluster-3.conf"])
    func filesAreAccepted(_ name: String) async throws {
        let folder = try TestFolder()
        let check = try await Subprocess.run(
            "/usr/bin/env", ["nats-server", "-t", "-c", "\(Self.folder)/\(name)"], folder: folder.path,
            environment: Self.variables)
        #expect(check.status == 0, "\(check.output)")
    }

    @Test("nats-server refuses a file whose passwords are not set")
    func passwordsAreNeeded() async throws {
        let folder = try TestFolder()
        let check = try await Subprocess.run(
            "/usr/bin/env", ["nats-server", "-t", "-c", "\(Self.folder)/nats.conf"], folder: folder.path,
            environment: ["PATH": Self.path])
        #expect(check.status != 0)
        #expect(check.output.contains("BATCH_PASSWORD"))
    }

    @Test("A worker can do all that a row takes")
    func workerCanWork() async throws {
        let server = try await Self.start()
        let batch = JetStream(try await server.connect(as: "batch"))
        let worker = JetStream(try await server.connect(as: "worker"))
        try await Self.makeBatch(batch)

        try await worker.checkAvailable()
        #expect(try await worker.streamNames().sorted() == QueueStream.allCases.map(\.name).sorted())
        #expect(try await worker.stream("SPEEDPIX_BATCHES")?.messages == 2)
        #expect(
            try await worker.message(in: "SPEEDPIX_BATCHES", next: "speedpix.batch.*.manifest", from: 1)?.subject
                == "speedpix.batch.B.manifest")
        #expect(
            try await worker.message(in: "SPEEDPIX_BATCHES", last: "speedpix.batch.B.script.1")?.payload
                == Array("return 1".utf8))
        #expect(try await worker.consumer("B", of: "SPEEDPIX_ROWS")?.pending == 2)

        let rows = try await worker.pull("SPEEDPIX_ROWS", "B", count: 2, expires: .seconds(5))
        #expect(rows.map(\.message.payload) == [Array("row 1".utf8), Array("row 2".utf8)])
        try await rows[0].inProgress()
        for subject in ["log.B.row.1", "result.B.row.1", "lease.B.budget.1", "worker.B.w1.row"] {
            #expect(
                try await worker.publish("speedpix.\(subject)", Array("x".utf8), ifAbsent: true)
                    == .stored(sequence: subject.hasPrefix("worker") ? 2 : 1, isDuplicate: false))
            #expect(try await worker.publish("speedpix.\(subject)", Array("y".utf8), ifAbsent: true) == .exists)
        }
        #expect(
            try await worker.message(in: "SPEEDPIX_LOGS", last: "speedpix.log.B.row.1")?.payload == Array("x".utf8))
        for row in rows { try await row.ack() }
        #expect(try await batch.stream("SPEEDPIX_ROWS")?.messages == 0)
    }

    @Test(
        "A worker cannot write what a batch is, nor change streams and consumers",
        arguments: [
            "speedpix.batch.B.script.2", "speedpix.batch.B.cancelled", "speedpix.batch.C.manifest", "speedpix.rows.B",
            "$JS.API.STREAM.CREATE.OTHER", "$JS.API.STREAM.UPDATE.SPEEDPIX_LOGS",
            "$JS.API.STREAM.DELETE.SPEEDPIX_LOGS", "$JS.API.STREAM.PURGE.SPEEDPIX_LOGS",
            "$JS.API.STREAM.MSG.DELETE.SPEEDPIX_LOGS", "$JS.API.STREAM.RESTORE.SPEEDPIX_LOGS",
            "$JS.API.STREAM.SNAPSHOT.SPEEDPIX_LOGS", "$JS.API.STREAM.PEER.REMOVE.SPEEDPIX_LOGS",
            "$JS.API.CONSUMER.CREATE.SPEEDPIX_LOGS", "$JS.API.CONSUMER.CREATE.SPEEDPIX_ROWS.other",
            "$JS.API.CONSUMER.DURABLE.CREATE.SPEEDPIX_ROWS.other", "$JS.API.CONSUMER.DELETE.SPEEDPIX_ROWS.B",
            "$JS.API.CONSUMER.MSG.NEXT.SPEEDPIX_LOGS.other", "$JS.ACK.SPEEDPIX_LOGS.other.1.1.1.1.0",
        ])
    func workerCannotChange(_ subject: String) async throws {
        let server = try await Self.start()
        try await Self.makeBatch(JetStream(try await server.connect(as: "batch")))
        let worker = try await server.connect(as: "worker")
        let error = await #expect(throws: NATSError.self) {
            _ = try await worker.request(subject, Array("{}".utf8), timeout: .seconds(10))
        }
        #expect(error?.code == .permission)
    }

    @Test("A worker cannot listen to what others send", arguments: [">", "speedpix.>", "$JS.ACK.>", "$JS.API.>"])
    func workerCannotListen(_ subject: String) async throws {
        let server = try await Self.start()
        let worker = try await server.connect(as: "worker")
        let error = await #expect(throws: NATSError.self) {
            for try await _ in try await worker.subscribe(subject) {}
        }
        #expect(error?.code == .permission)
    }

    @Test("A worker cannot have an answer stored as a piece of a script")
    func answersAreNotStored() async throws {
        let server = try await Self.start()
        let owner = try await server.connect(as: "batch")
        let batch = JetStream(owner)
        let connection = try await server.connect(as: "worker")
        let worker = JetStream(connection)
        try await Self.makeBatch(batch)

        let forged = "speedpix.batch.B.script.2"
        let read = Array(#"{"last_by_subj":"speedpix.batch.B.manifest"}"#.utf8)
        try await connection.publish("$JS.API.STREAM.MSG.GET.SPEEDPIX_BATCHES", reply: forged, read)
        let row = try #require(try await worker.pull("SPEEDPIX_ROWS", "B", count: 1, expires: .seconds(5)).first)
        try await connection.publish(try #require(row.message.reply), reply: forged, Array("+ACK".utf8))
        let pull = Array(#"{"batch":1,"no_wait":true}"#.utf8)
        try await connection.publish("$JS.API.CONSUMER.MSG.NEXT.SPEEDPIX_ROWS.B", reply: forged, pull)
        try await connection.publish("speedpix.log.B.row.1", reply: forged, Array("x".utf8))
        // The server handles what comes on one connection in order.
        _ = try await worker.publish("speedpix.log.B.row.2", Array("x".utf8))

        // Within the account of the streams the answer to a publication is stored: so this test could fail.
        let own = "speedpix.batch.own.script.1"
        try await owner.publish("speedpix.log.B.row.3", reply: own, Array("x".utf8))
        for try await message in batch.messages(in: "SPEEDPIX_BATCHES", filter: own) {
            #expect(String(decoding: message.payload, as: UTF8.self).contains("SPEEDPIX_LOGS"))
            break
        }
        #expect(try await batch.message(in: "SPEEDPIX_BATCHES", last: forged) == nil)
        #expect(try await batch.stream("SPEEDPIX_BATCHES")?.messages == 3)
    }

    @Test("Nobody connects without a user and his password", arguments: ["batch", "worker", "nobody", nil])
    func passwordsAreChecked(_ user: String?) async throws {
        let server = try await Self.start()
        let error = await #expect(throws: NATSError.self) {
            _ = try await NATSConnection.connect(
                NATSConfiguration(
                    servers: [server.url], credentials: user.map { .user($0, password: "wrong") } ?? .none))
        }
        #expect(error?.code == .authentication)
    }

    // MARK: A batch

    private static let path = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin") + ":/usr/sbin"
    private static let variables = [
        "PATH": path, "BATCH_PASSWORD": "b", "WORKER_PASSWORD": "w", "CLUSTER_PASSWORD": "c",
        "ROUTE_1": "nats-route://cluster:c@nats-1.example:6222",
        "ROUTE_2": "nats-route://cluster:c@nats-2.example:6222",
        "ROUTE_3": "nats-route://cluster:c@nats-3.example:6222",
    ]

    /// A server with `accounts.conf`, whose passwords are the users' names.
    private static func start() async throws -> NATSServer {
        let accounts = try String(contentsOfFile: "\(folder)/accounts.conf", encoding: .utf8)
        return try await NATSServer.start(
            configuration: "BATCH_PASSWORD: \"batch\"\nWORKER_PASSWORD: \"worker\"\n" + accounts)
    }

    /// The streams, a manifest, a script in one piece, and two rows.
    private static func makeBatch(_ batch: JetStream) async throws {
        for stream in QueueStream.allCases { try await batch.createStream(stream.configuration()) }
        for (subject, content) in [("manifest", "{}"), ("script.1", "return 1")] {
            _ = try await batch.publish("speedpix.batch.B.\(subject)", Array(content.utf8), ifAbsent: true)
        }
        var consumer = ConsumerConfiguration(name: "B", filter: "speedpix.rows.B")
        (consumer.maxAckPending, consumer.maxDeliver) = (-1, -1)
        try await batch.createConsumer(consumer, on: "SPEEDPIX_ROWS")
        for row in 1...2 { _ = try await batch.publish("speedpix.rows.B", Array("row \(row)".utf8)) }
    }
}

extension NATSServer {
    /// A user of the configuration, whose password is his name.
    fileprivate func connect(as user: String) async throws -> NATSConnection {
        try await NATSConnection.connect(
            NATSConfiguration(servers: [url], credentials: .user(user, password: user)))
    }
}
