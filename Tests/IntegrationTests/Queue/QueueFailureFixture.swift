import Foundation
import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixCommands

/// A batch over NATS of rows with one create each: the program that follows it, and those that do its rows.
struct QueueFailureFixture {
    /// For how long NATS keeps a row for its worker that is not heard of. What the publisher's environment says.
    static let acknowledgementWait = 3
    /// The host's addresses in the network namespace of `scripts/soak`, by which its worker reaches NATS and the gateway, and the
    /// interface of the first.
    static let (natsHost, gatewayHost, natsLink) = ("10.213.7.1", "10.213.8.1", "speedpix-nats")
    private static let batch = "nightly"

    let folder: TestFolder
    let servers: NATSServers
    let settings: QueueFailure.Settings
    private let environment: [String: String]

    init(_ settings: QueueFailure.Settings, servers: NATSServers, endpoint: String) throws {
        folder = try TestFolder()
        self.settings = settings
        self.servers = servers
        environment = TestService.environment(endpoint).merging([
            "SPEEDPIX_POLL_RATE": "10000", "SPEEDPIX_QUEUE_ACK_WAIT": "\(Self.acknowledgementWait)",
            "SPEEDPIX_QUEUE_DOUBT_WAIT": "10", "SPEEDPIX_NATS_REPLICAS": "\(servers.all.count)",
        ]) { $1 }
        try folder.write(
            """
            local p = speedpix.params { text = { required = true } }
            local prediction = create("paid", { text = p.text }):wait()
            return { id = prediction.id, said = prediction.output.text }
            """, to: "s.lua")
        let lines = (1...settings.rows).map { "\(Self.key($0)),text of \(Self.key($0))\n" }
        try folder.write("sku,text\n\(lines.joined())", to: "rows.csv")
    }

    static func key(_ row: Int) -> String { "R\(row)" }

    /// Starts a program that publishes the batch, or goes on with it, and follows it. Its lines that count are rows that have
    /// ended.
    func follow(_ more: String...) throws -> RunningProgram {
        try RunningProgram(
            "batch", Subprocess.speedpix,
            [
                "batch", "s.lua", "rows.csv", "--key", "sku", "--queue", servers.urls(), "--name", Self.batch, "--json",
                "--results", "results.jsonl", "--stop-after", "0",
            ] + more, folder: folder.path, environment: environment.merging(["HOME": folder["publisher"]]) { $1 }
        ) { $0.contains("\"row.succeeded\"") || $0.contains("\"row.failed\"") }
    }

    /// Starts a worker.
    ///
    /// - Parameters:
    ///   - disk: The name of its disk; a worker that died may have had the same.
    ///   - namespace: The network namespace that it runs in; nil for this machine's.
    func worker(disk: String, namespace: String? = nil) throws -> RunningProgram {
        let program = try Subprocess.speedpix
        let home = folder[disk]
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
        let host = namespace == nil ? "127.0.0.1" : Self.natsHost
        let command = [
            program, "worker", "--queue", servers.urls(host: host), "--concurrency", "8", "--trust", "any",
            "--out", "\(home)/out", "--worker", disk,
        ]
        let words = (namespace.map { ["/usr/bin/env", "ip", "netns", "exec", $0] } ?? []) + command
        return try RunningProgram(
            disk, words[0], Array(words.dropFirst()), folder: home,
            environment: environment.merging(["HOME": home, "SPEEDPIX_STATE": "\(home)/state"]) { $1 })
    }

    /// The rows of the table of results.
    func results() throws -> [JSONValue] {
        try folder.text("results.jsonl").split(separator: "\n").map { try JSONValue(parsing: $0.utf8) }
    }

    /// Says of each row in doubt what the gateway has recorded of it.
    func settle(by entries: [PaidWorkflow.Entry]) async throws {
        for row in try results() where row["state"]?.stringValue == "in_doubt" {
            let entry = entries.first { $0.text == row["text"]?.stringValue }
            let verdict = entry.map { ["--id", $0.id] } ?? ["--not-created"]
            let key = try #require(row["sku"]?.stringValue)
            let run = await CommandRun(
                ["batch", "settle", Self.batch, key, "create 1", "--queue", servers.urls()] + verdict, in: folder,
                environment: environment)
            #expect(run.status == .success, "\(key): \(run.errors)")
        }
    }

    /// Takes the network between NATS and the worker in the namespace away, or gives it back.
    func setLink(isUp: Bool) async throws {
        let run = try await Subprocess.run(
            "/usr/bin/env", ["ip", "link", "set", Self.natsLink, isUp ? "up" : "down"], folder: folder.path)
        try #require(run.status == 0, "\(run.output)")
    }
}
