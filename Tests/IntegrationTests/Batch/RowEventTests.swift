import SpeedPixBatch
import SpeedPixLua
import SpeedPixQueue
import Testing

@testable import SpeedPix
@testable import SpeedPixCommands

@Suite("Events of a batch")
struct RowEventTests {
    private static let head: [String: JSONValue] = [
        "script": "card.lua", "version": "1", "local": true, "dry_run": false,
    ]

    private func stream(_ output: Capture, head: [String: JSONValue] = Self.head) -> EventStream {
        let context = CommandContext(
            environment: [:], workingDirectory: "/", homeDirectory: "/", writeOutput: output.append,
            writeError: { _ in }, readInput: { [] })
        return EventStream(context, head: head, secrets: [])
    }

    @Test("EventStream: events of a worker's rows, and of their scripts, name their batch, and are valid by the schema")
    func batches() async throws {
        let output = Capture()
        let events = stream(output, head: ["worker": "w1", "version": "1"])
        events.start(parameters: ["size": "9"])
        let row = QueuedRow(row: .called("A-014", number: 7), tries: 1)
        for name in ["spring", "autumn"] {
            let rows = events.of(try #require(BatchName(name)))
            rows.send(.started(row))
            rows.print(Array("hello\n".utf8), of: row.row.key)
            rows.send(ScriptEvent.used(url: "https://example.com/a.png"), of: row.row.key)
            rows.send(.retried(row, .failed("network")))
            rows.send(.ended(row, .failed("auth")))
        }
        events.finish(["status": "succeeded", "exit_status": 0])
        events.of(try #require(BatchName("late"))).send(.started(row))
        let names = try await EventSchema.validate(output.all, in: try TestFolder())
        #expect(
            names == [
                "run.started", "row.started", "print", "file.used", "row.retried", "row.failed", "run.finished",
            ])
        let values = try output.all.split(separator: UInt8(ascii: "\n")).map { try JSONValue(parsing: $0) }
        let batches = values.map { $0["batch"]?.stringValue }
        let expected: [String?] =
            [nil] + Array(repeating: "spring", count: 5) + Array(repeating: "autumn", count: 5) + [nil]
        #expect(batches == expected)
    }

    @Test("Events of rows, and of scripts that run for rows, are valid by the schema")
    func schema() async throws {
        let output = Capture()
        let events = stream(output)
        events.finish(
            [
                "status": "failed", "exit_status": 3,
                "rows": BatchSummary(
                    state: BatchState(total: 3), stop: .interrupted, elapsed: .seconds(1), results: "r.csv", goOn: []
                ).fields,
            ])
        // The first and the last event are written together above; the others belong between them.
        let ends = output.all.split(separator: UInt8(ascii: "\n"))
        let between = Capture()
        let rows = stream(between)
        let row = QueuedRow(row: .called("A-014", number: 7), tries: 1)
        let key = row.row.key
        rows.send(.skipped(.called("A-013", number: 6)))
        rows.send(.started(row))
        rows.send(.created)
        rows.print(Array("hello\n".utf8), of: key)
        var prediction = Prediction(id: "p")
        prediction.workflowID = "echo"
        rows.send(ScriptEvent.progressed(prediction), of: key)
        rows.send(ScriptEvent.itemFailed(index: 1, label: nil, message: "no"), of: key)
        rows.send(ScriptEvent.saved(path: "a.png", bytes: 5), of: key)
        rows.send(ScriptEvent.retried(.create), of: key)
        rows.send(.retried(row, .failed("network")))
        rows.send(
            .ended(
                row,
                RowResult(
                    .succeeded, predictions: ["p"], duration: .milliseconds(1500),
                    values: [("file", "a.png"), ("n", .double(.nan))])))
        rows.send(.ended(row, .failed("auth")))
        rows.send(.ended(QueuedRow(row: row.row, tries: 0), BatchStop.until("06:00").result))
        let lines = between.all.split(separator: UInt8(ascii: "\n"))
        let all = [ends[0]] + lines + [ends[1]]
        let folder = try TestFolder()
        let names = try await EventSchema.validate(all.flatMap { $0 + [UInt8(ascii: "\n")] }, in: folder)
        #expect(
            names == [
                "run.started", "row.skipped", "row.started", "print", "prediction.progress", "item.failed",
                "file.written", "call.retried", "row.retried", "row.succeeded", "row.failed", "run.finished",
            ])
        let values = try lines.map { try JSONValue(parsing: $0) }
        for value in values {
            let isRow = value["event"]?.stringValue?.hasPrefix("row.") == true
            #expect(value["row_key"]?.stringValue == (isRow ? nil : "key-7"), "\(value)")
        }
        let done = try #require(values.first { $0["event"] == "row.succeeded" })
        #expect(done["row"] == 7 && done["key"] == "key-7" && done["label"] == "A-014" && done["seconds"] == 1.5)
        #expect(done["values"] == ["file": "a.png", "n": nil])
        let failed = values.filter { $0["event"] == "row.failed" }
        #expect(failed.map { $0["state"] } == ["failed", "not_run"])
        #expect(failed[0]["error"] == ["code": "auth", "message": "no"] && failed[1]["tries"] == 0)
    }
}
