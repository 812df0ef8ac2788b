import SpeedPix
package import SpeedPixBatch

/// A row's result as the queue has it, created once for each generation of the row. A value.
package struct QueuedResult: Sendable, Equatable {
    /// The row's number, from 1.
    package var row: Int
    package var generation: Int
    /// The name of the worker that did it.
    package var worker: String
    /// How often the row was begun, all workers together.
    package var tries: Int
    package var result: RowResult
    /// Predictions that were created in this generation, and those from before that were used again.
    package var created: Int
    package var reused: Int
    /// Predictions that have succeeded, and whose files were neither saved nor used.
    package var unsaved: Int

    package init(
        row: Int, generation: Int, worker: String, tries: Int, result: RowResult, created: Int = 0, reused: Int = 0,
        unsaved: Int = 0
    ) {
        self.row = row
        self.generation = generation
        self.worker = worker
        self.tries = tries
        self.result = result
        self.created = created
        self.reused = reused
        self.unsaved = unsaved
    }

    package var payload: [UInt8] {
        let json: JSONValue = [
            "row": .integer(Int64(row)), "generation": .integer(Int64(generation)), "worker": .string(worker),
            "tries": .integer(Int64(tries)), "result": result.json.finite, "created": .integer(Int64(created)),
            "reused": .integer(Int64(reused)), "unsaved": .integer(Int64(unsaved)),
        ]
        // Without NaN and infinity it can always be encoded.
        return (try? json.encoded()) ?? []
    }

    /// - Returns: Nil for what no program has written.
    package init?(payload: [UInt8]) {
        guard let json = try? JSONValue(parsing: payload), case .integer(let row)? = json["row"], row > 0,
            case .integer(let generation)? = json["generation"], generation > 0,
            let result = json["result"].flatMap(RowResult.init(json:))
        else { return nil }
        func count(_ name: String) -> Int {
            if case .integer(let number)? = json[name], number >= 0 { Int(number) } else { 0 }
        }
        self.init(
            row: Int(row), generation: Int(generation), worker: json["worker"]?.stringValue ?? "?",
            tries: max(count("tries"), 1), result: result, created: count("created"), reused: count("reused"),
            unsaved: count("unsaved"))
    }
}
