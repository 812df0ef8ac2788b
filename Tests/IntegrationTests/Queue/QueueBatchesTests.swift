import SpeedPix
import SpeedPixBatch
import SpeedPixTestSupport
import Testing

@testable import SpeedPixCommands
@testable import SpeedPixGateway

@Suite("Batches of a queue in the console")
struct QueueBatchesTests {
    /// The source of a command whose settings name a NATS.
    private static func source(_ url: String?, in folder: TestFolder) throws -> QueueBatches? {
        var environment: [String: String] = [:]
        environment[Setting.natsURL.variable] = url
        let context = CommandContext(
            environment: environment, workingDirectory: folder.path, homeDirectory: folder.path,
            writeOutput: { _ in }, writeError: { _ in }, readInput: { [] })
        return QueueBatches(try ResolvedSettings(environment: environment), context)
    }

    @Test("QueueBatches: without the setting there are none")
    func unset() throws {
        #expect(try Self.source(nil, in: try TestFolder()) == nil)
    }

    @Test(
        "QueueBatches: a NATS that is away, and a setting that names none, are problems in words",
        arguments: ["nats://127.0.0.1:9", "nats://127.0.0.1:9,nats://127.0.0.1:19", "http://127.0.0.1:4222"])
    func away(_ url: String) async throws {
        let source = try #require(try Self.source(url, in: try TestFolder()))
        for isList in [true, false] {
            let problem = await #expect(throws: ConsoleSourceProblem.self) {
                if isList {
                    _ = try await source.batches()
                } else {
                    _ = try await source.batch("shoes", BatchWindow())
                }
            }
            #expect(problem?.code == .unavailable && problem?.message.isEmpty == false, "\(problem?.message ?? "")")
        }
    }

    @Test(
        "QueueBatches: where no batch was begun there are none",
        .enabled(if: NATSServer.isAvailable))
    func empty() async throws {
        let server = try await NATSServer.start()
        let source = try #require(try Self.source(server.url, in: try TestFolder()))
        #expect(try await source.batches().isEmpty)
        let problem = await #expect(throws: ConsoleSourceProblem.self) {
            try await source.batch("shoes", BatchWindow())
        }
        #expect(problem?.code == .notFound)
    }

    @Test(
        "QueueBatches: a batch has its rows with their states, errors and workers, as many as are wanted",
        .enabled(if: NATSServer.isAvailable))
    func rows() async throws {
        try await QueueFixture.run { fixture in
            _ = try await fixture.batch(result: { row in
                row.key == "B"
                    ? RowResult(.failed, failure: .init(code: "prediction_failed", message: "out of memory"))
                    : RowResult(.succeeded, predictions: ["p-\(row.key)"])
            })
            let source = try #require(try Self.source(fixture.server.url, in: fixture.folder))
            let listed = try #require(try await source.batches().first)
            #expect(listed["name"] == "shoes" && listed["rows"] == 3 && listed["done"] == 3)
            #expect(listed["state"] == "done" && listed["began"] != nil)
            let batch = try await source.batch("shoes", BatchWindow())
            let items = batch["items"]?.arrayValue ?? []
            #expect(batch["total"] == 3 && items.map { $0["key"] } == ["A", "B", "C"])
            #expect(items.map { $0["worker"] } == ["w", "w", "w"] && items.first?["predictions"] == ["p-A"])
            let failed = try await source.batch("shoes", BatchWindow(state: "failed"))
            #expect(failed["total"] == 1)
            #expect(failed["items"]?.arrayValue?.first?["error"] == "prediction_failed: out of memory")
            let second = try await source.batch("shoes", BatchWindow(offset: 1, limit: 1))
            #expect(second["total"] == 3 && second["items"]?.arrayValue?.map { $0["number"] } == [2])
            let problem = await #expect(throws: ConsoleSourceProblem.self) {
                try await source.batch("boots", BatchWindow())
            }
            #expect(problem?.message.contains("boots") == true)
        }
    }
}
