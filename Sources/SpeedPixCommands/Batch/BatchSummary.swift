import SpeedPix
import SpeedPixBatch

/// What a batch came to, in lines for a person and in fields for a program.
struct BatchSummary {
    let state: BatchState
    /// Why it was stopped; nil if every row was begun.
    let stop: BatchStop?
    /// Wall time of the attempt.
    let elapsed: Duration
    /// Where the results are, as the user named it; nil if they could not be written.
    let results: String?
    /// Command lines that go on, with what each is for: `("do what is missing", "speedpix batch … --resume")`.
    let goOn: [(purpose: String, command: String)]

    var lines: [String] {
        let stopped = stop.map { $0.sentence.printable() }
        let written = results.map { "results: \($0.printable())" }
        let ways = goOn.map { "to \($0.purpose): \($0.command)".printable() }
        return [counts, time, predictions].compactMap(\.self) + failures + [stopped, written].compactMap(\.self) + ways
    }

    private var counts: String {
        var parts = ["\(CountText.grouped(state.succeeded + state.skipped)) done"]
        if state.failed > 0 { parts.append("\(CountText.grouped(state.failed)) failed") }
        if state.inDoubt > 0 { parts.append("\(CountText.grouped(state.inDoubt)) in doubt") }
        if state.remaining > 0 { parts.append("\(CountText.grouped(state.remaining)) not run") }
        let before =
            state.skipped > 0
            ? "; \(CountText.grouped(state.skipped)) \(state.skipped == 1 ? "was" : "were") done before" : ""
        return "\(parts.joined(separator: ", ")) of \(CountText.of(state.total, "row"))\(before)"
    }

    private var time: String? {
        let ended = state.ended - state.skipped
        guard ended > 0 else { return nil }
        var text = "\(DurationText.short(elapsed)) in all"
        let seconds = elapsed / .seconds(1)
        if ended > 1, seconds >= 1 { text += ", \(CountText.rate(perSecond: Double(ended) / seconds))" }
        if state.retries > 0 {
            text +=
                "; rows were tried again \(state.retries == 1 ? "once" : "\(CountText.grouped(state.retries)) times")"
        }
        return text
    }

    private var predictions: String? {
        guard state.created + state.reused > 0 else { return nil }
        let reused = state.reused > 0 ? ", \(CountText.grouped(state.reused)) from attempts before" : ""
        let unsaved =
            state.unsaved > 0 ? "; the files of \(CountText.grouped(state.unsaved)) were not saved" : ""
        return "\(CountText.of(state.created, "prediction")) created\(reused)\(unsaved)"
    }

    /// The reason of most rows first.
    private var failures: [String] {
        state.failures.enumerated().sorted { ($1.element.count, $0.offset) < ($0.element.count, $1.offset) }.map {
            let group = $0.element
            let more = group.count > group.labels.count ? ", …" : ""
            let rows = group.labels.reversed().joined(separator: ", ")
            let reason = RowResult.Failure(code: group.code, message: group.message).text
            return "\(CountText.of(group.count, "row")) with \(reason) (\(rows)\(more))"
                .printable()
        }
    }

    /// For `run.finished`.
    var fields: JSONValue {
        func whole(_ number: Int) -> JSONValue { .integer(Int64(number)) }
        var fields: [String: JSONValue] = [
            "total": whole(state.total), "succeeded": whole(state.succeeded), "skipped": whole(state.skipped),
            "failed": whole(state.failed), "in_doubt": whole(state.inDoubt), "not_run": whole(state.remaining),
            "retries": whole(state.retries), "created": whole(state.created), "reused": whole(state.reused),
            "unsaved": whole(state.unsaved),
            "wall_seconds": .seconds(elapsed),
            "failures": .array(
                state.failures.map { group in
                    [
                        "code": .string(group.code), "count": whole(group.count), "message": .string(group.message),
                        "labels": .array(group.labels.map { .string($0) }),
                    ]
                }),
        ]
        if let stop { fields["stopped"] = ["code": .string(stop.code), "message": .string(stop.sentence)] }
        if let results { fields["results"] = .string(results) }
        return .object(fields)
    }
}
