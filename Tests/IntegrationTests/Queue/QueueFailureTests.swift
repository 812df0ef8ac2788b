import Foundation
import Logging
import SpeedPix
import SpeedPixGateway
import SpeedPixTestSupport
import Testing

/// Three workers do a batch over NATS, while workers and nats-server are killed, and workers stand still or lose their network.
///
/// Of the environment, `SPEEDPIX_QUEUE_TEST_ROWS` says how many rows there are, `SPEEDPIX_QUEUE_TEST_KILLS` how many workers are
/// killed, `SPEEDPIX_QUEUE_TEST_SERVERS` how many nats-servers there are, and `SPEEDPIX_QUEUE_TEST_SEED` what failures are drawn with.
/// `scripts/soak` has `SPEEDPIX_QUEUE_TEST_NAMESPACE` name a network namespace, in which a fourth worker runs.
@Suite("A batch over NATS in which things fail")
struct QueueFailureTests {
    private static let settings = QueueFailure.Settings.fromEnvironment

    @Test(
        "Each row is done once, each create is made once, and the results are whole and in order",
        .enabled(if: NATSServer.isAvailable), .timeLimit(.minutes(settings.rows > 2000 ? 80 : 12)))
    func failures() async throws {
        let settings = Self.settings
        let servers = try await NATSServers(count: settings.servers, isOpen: settings.namespace != nil)
        let workflow = PaidWorkflow()
        var configuration = GatewayConfiguration(appKey: "key", appSecret: Secret("secret"))
        configuration.maximumFinished = 2 * settings.rows
        if settings.namespace != nil { configuration.host = QueueFailureFixture.gatewayHost }
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        try await Gateway.withRunning(configuration, workflows: [workflow], logger: logger) { running in
            let fixture = try QueueFailureFixture(settings, servers: servers, endpoint: running.endpoint)
            var workers = try (0..<3).map { try fixture.worker(disk: "disk-\($0)") }
            if let namespace = settings.namespace {
                workers.append(try fixture.worker(disk: "disk-3", namespace: namespace))
            }
            let followers = try await run(fixture, &workers, paid: workflow)
            try check(fixture, followers, paid: workflow.entries)
            for worker in workers {
                worker.send(SIGTERM)
                let status = try await worker.end()
                #expect(status == 0, "\(worker.description)")
            }
        }
    }

    /// From the publication to the end, with all that fails in between; then, until nothing is left, doubts are settled and the
    /// batch is gone on with.
    ///
    /// - Returns: The programs that followed it.
    private func run(
        _ fixture: QueueFailureFixture, _ workers: inout [RunningProgram], paid workflow: PaidWorkflow
    ) async throws -> [RunningProgram] {
        var followers = [try fixture.follow()]
        try await withThrowingTaskGroup { group in
            for (number, failure) in QueueFailure.plan(fixture.settings).enumerated() {
                try await followers[0].wait(lines: failure.rows)
                switch failure.kind {
                case .kill(let worker, let keepsDisk):
                    workers[worker].send(SIGKILL)
                    let status = try await workers[worker].end()
                    #expect(status == -SIGKILL, "\(failure): \(workers[worker].description)")
                    let disk = keepsDisk ? workers[worker].name : "disk-\(worker)-\(number)"
                    workers[worker] = try fixture.worker(disk: disk)
                case .restart(let server):
                    await fixture.servers.all[server].kill()
                    try await fixture.servers.all[server].restart()
                case .suspend(let worker):
                    let program = workers[worker]
                    program.send(SIGSTOP)
                    group.addTask { [follower = followers[0]] in
                        try await Self.outlast(follower)
                        program.send(SIGCONT)
                    }
                case .cut:
                    try await fixture.setLink(isUp: false)
                    group.addTask { [follower = followers[0]] in
                        try await Self.outlast(follower)
                        try await fixture.setLink(isUp: true)
                    }
                }
            }
            try await group.waitForAll()
        }
        while try await followers[followers.count - 1].end() == 3, followers.count < 5 {
            try await fixture.settle(by: workflow.entries)
            followers.append(try fixture.follow("--resume", "--only", "failed"))
        }
        return followers
    }

    /// Waits until NATS has handed out again what was handed out before, or the batch has ended, which takes as long: rows of a
    /// worker that is not heard of are handed out again.
    private static func outlast(_ follower: RunningProgram) async throws {
        let clock = ContinuousClock()
        let end = clock.now + .seconds(2 * QueueFailureFixture.acknowledgementWait)
        try await follower.wait(lines: 0) { clock.now > end }
    }

    private func check(
        _ fixture: QueueFailureFixture, _ followers: [RunningProgram], paid entries: [PaidWorkflow.Entry]
    ) throws {
        let comment: Comment = "seed \(fixture.settings.seed), \(followers[followers.count - 1].description)"
        let keys = (1...fixture.settings.rows).map(QueueFailureFixture.key)
        let texts = keys.map { "text of \($0)" }
        let created = entries.map(\.text).sorted()
        #expect(created.count == texts.count && Set(created) == Set(texts), comment)
        let results = try fixture.results()
        #expect(results.map { $0["sku"]?.stringValue } == keys, comment)
        #expect(results.map { $0["said"]?.stringValue } == texts, comment)
        #expect(results.allSatisfy { $0["state"] == "succeeded" && $0["predictions"] == 1 }, comment)
        #expect(Set(results.compactMap { $0["id"]?.stringValue }) == Set(entries.map(\.id)), comment)

        let events = try followers.flatMap(\.counted).map { try JSONValue(parsing: $0.utf8) }
        let done = events.filter { $0["event"] == "row.succeeded" }.compactMap { $0["key"]?.stringValue }
        // One that was done between its settlement and the next follower is told as skipped.
        #expect(Set(done).count == done.count && Set(done).isSubset(of: keys), comment)
        let codes = Set(events.compactMap { $0["error"]?["code"]?.stringValue })
        #expect(codes.isSubset(of: ["unknown_outcome", "worker_lost"]), "\(codes), \(comment)")
    }
}
