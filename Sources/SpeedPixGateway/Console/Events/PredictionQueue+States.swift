import SpeedPix

extension PredictionQueue {
    /// How predictions stand that wait, run, or have ended lately, in the order of their ids; others are left out.
    func states(of ids: [String]) -> [JSONValue] {
        ids.compactMap { id -> JSONValue? in
            guard let record = records[id] else { return nil }
            let reported = record.progress.current
            let isRunning = record.status == .running
            let progress: JSONValue = [
                "fraction": .double(reported.fraction), "step": reported.step.map { .string($0) } ?? .null,
                "number": reported.number.map { .integer(Int64($0)) } ?? .null,
                "total": reported.total.map { .integer(Int64($0)) } ?? .null,
                "ahead": reported.ahead.map { .integer(Int64($0)) } ?? .null,
                "eta": .double(record.eta / .seconds(1)),
            ]
            return [
                "id": .string(record.id), "number": .integer(Int64(record.number)),
                "workflow": .string(record.workflowID), "state": .string(record.shownStatus.rawValue),
                "failure": record.failure.map { .string($0) } ?? .null, "progress": isRunning ? progress : .null,
            ]
        }
    }
}
