import HTTPTypes
import SpeedPix
import SpeedPixTestSupport
import Synchronization
import Testing

@testable import SpeedPixGateway

@Suite("Runs and batches in the console")
struct SourceCallTests {
    /// Runs as a command gives them.
    private final class TestRuns: RunsSource {
        struct Settled: Equatable {
            let run: Int64
            let prediction: String
            let settlement: ConsoleSettlement
        }

        private let state = Mutex<[Settled]>([])

        var settled: [Settled] { state.withLock { $0 } }

        func runs(limit: Int) async throws -> [JSONValue] { [["id": 7, "limit": .integer(Int64(limit))]] }

        func run(_ number: Int64) async throws -> JSONValue {
            guard number == 7 else { throw ConsoleSourceProblem(.notFound, "there is no run \(number)") }
            return ["id": 7, "predictions": []]
        }

        func settle(_ run: Int64, _ prediction: String, as settlement: ConsoleSettlement) async throws {
            guard prediction != "busy" else { throw ConsoleSourceProblem(.unavailable, "another process has it") }
            state.withLock {
                $0.append(Settled(run: run, prediction: prediction, settlement: settlement))
            }
        }
    }

    /// Batches as a command gives them.
    private struct TestBatches: BatchesSource {
        func batches() async throws -> [JSONValue] { throw ConsoleSourceProblem(.unavailable, "NATS is away") }

        func batch(_ name: String, _ window: BatchWindow) async throws -> JSONValue {
            [
                "name": .string(name), "offset": .integer(Int64(window.offset)),
                "limit": .integer(Int64(window.limit)), "state": window.state.map { .string($0) } ?? .null,
            ]
        }
    }

    private static func run(
        _ runs: (any RunsSource)?, _ batches: (any BatchesSource)? = nil,
        _ body: @escaping @Sendable (TestAdmin) async throws -> Void
    ) async throws {
        try await LastingFolder.with { folder in
            try await folder.run(
                Gate(),
                {
                    $0.hasConsole = true
                    $0.runs = runs
                    $0.batches = batches
                },
                body: { gateway in try await body(try TestAdmin(gateway, folder)) })
        }
    }

    @Test("Runs: a list of as many as are wanted, and one with its predictions")
    func runs() async throws {
        try await Self.run(TestRuns()) { admin in
            let list = try await admin.call(.get, "runs?limit=5")
            #expect(list.json["data"]?["runs"] == [["id": 7, "limit": 5]], "\(list.text)")
            #expect(try await admin.call(.get, "runs").json["data"]?["runs"] == [["id": 7, "limit": 100]])
            #expect(try await admin.call(.get, "runs/7").json["data"]?["id"] == 7)
            for (path, code) in [
                ("runs/8", "NotFound"), ("runs/x", "NotFound"), ("runs?limit=0", "InvalidParameter"),
                ("runs?limit=x", "InvalidParameter"),
            ] {
                #expect(try await admin.call(.get, path).code == code, "\(path)")
            }
        }
    }

    @Test("Runs: a prediction in doubt is settled as created, as not created, or to be made again")
    func settled() async throws {
        let source = TestRuns()
        try await Self.run(source) { admin in
            for (outcome, settlement) in [
                (["outcome": "created", "id": "p-1"], .created(id: "p-1")), (["outcome": "not_created"], .notCreated),
                (["outcome": "again"], .again),
            ] as [([String: JSONValue], ConsoleSettlement)] {
                let body = outcome.merging(["prediction": "create 1"], uniquingKeysWith: { $1 })
                let answer = try await admin.call(.post, "runs/7/settle", .object(body))
                #expect(answer.json["data"]?["id"] == 7, "\(answer.text)")
                let last = try #require(source.settled.last)
                #expect(last == .init(run: 7, prediction: "create 1", settlement: settlement))
            }
            #expect(source.settled.count == 3)
        }
    }

    @Test("Runs: what settles nothing is refused before the source is asked, and its problem is told")
    func refused() async throws {
        let source = TestRuns()
        try await Self.run(source) { admin in
            for (body, code) in [
                (["prediction": "a"], "InvalidParameter"), (["outcome": "again"], "InvalidParameter"),
                (["prediction": "a", "outcome": "maybe"], "InvalidParameter"),
                (["prediction": "a", "outcome": "created"], "InvalidParameter"),
                (["prediction": "a", "outcome": "created", "id": "p 1"], "InvalidParameter"),
                (["prediction": "busy", "outcome": "again"], "Unavailable"),
            ] as [(JSONValue, String)] {
                let answer = try await admin.call(.post, "runs/7/settle", body)
                #expect(answer.code == code, "\(answer.text)")
            }
            #expect(source.settled.isEmpty)
        }
    }

    @Test("Batches: which rows are wanted, and what is wrong with the queue in words")
    func batches() async throws {
        try await Self.run(nil, TestBatches()) { admin in
            let list = try await admin.call(.get, "batches")
            #expect(list.code == "Unavailable" && list.message == "NATS is away")
            let all = try await admin.call(.get, "batches/shoes").json["data"]
            #expect(all?["name"] == "shoes" && all?["offset"] == 0 && all?["state"] == nil)
            #expect(all?["limit"] == .integer(Int64(BatchWindow.most)))
            let some = try await admin.call(.get, "batches/shoes?offset=20&limit=10&state=failed").json["data"]
            #expect(some?["offset"] == 20 && some?["limit"] == 10 && some?["state"] == "failed")
            #expect(try await admin.call(.get, "batches/shoes?limit=501").code == "InvalidParameter")
        }
    }

    @Test("Runs, batches: without a source there is no such route")
    func none() async throws {
        try await Self.run(nil) { admin in
            for path in ["runs", "runs/7", "batches", "batches/shoes"] {
                let answer = try await admin.call(.get, path)
                #expect(answer.code == "ApiNotFound", "\(path)")
            }
        }
    }
}
