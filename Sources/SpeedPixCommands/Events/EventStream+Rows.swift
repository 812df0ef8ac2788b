import SpeedPix
import SpeedPixBatch

// What becomes of the rows of a batch, as events.
extension EventStream {
    /// - Parameter event: Of predictions the script's own events tell, so that those of the state are not sent.
    func send(_ event: RowEvent) {
        switch event {
        case .left, .reopened, .running, .created, .reused, .unsaved, .previewed: break
        case .skipped(let row): send("row.skipped", Self.fields(row))
        case .started(let row): send("row.started", Self.fields(row))
        case .retried(let row, let result):
            send("row.retried", Self.fields(row).merging(Self.ending(result)) { $1 })
        case .ended(let row, let result):
            var fields = Self.fields(row).merging(Self.ending(result)) { $1 }
            fields["predictions"] = .array(result.predictions.map { .string($0) })
            if result.state == .succeeded {
                fields["values"] = .object(Dictionary(result.values.map { ($0.name, $0.value.finite) }) { $1 })
                send("row.succeeded", fields)
            } else {
                fields["state"] = .string(result.state.rawValue)
                send("row.failed", fields)
            }
        }
    }

    private static func fields(_ row: BatchRow) -> [String: JSONValue] {
        [
            "row": .integer(Int64(row.number)), "key": .string(row.key.description), "label": .string(row.label),
        ]
    }

    private static func fields(_ row: QueuedRow) -> [String: JSONValue] {
        fields(row.row).merging(["tries": .integer(Int64(row.tries))]) { $1 }
    }

    private static func ending(_ result: RowResult) -> [String: JSONValue] {
        var fields: [String: JSONValue] = [:]
        fields["seconds"] = result.duration.map { .seconds($0) }
        fields["error"] = result.failure.map { ["code": .string($0.code), "message": .string($0.message)] }
        return fields
    }
}
