import SpeedPix
import SpeedPixLua

/// What a run came to, in lines for a person and in fields for a program.
struct RunSummary {
    let state: RunState
    /// Wall time of the whole run.
    let elapsed: Duration
    /// What becomes of its predictions at the gateway inside this process; nil for a service.
    let localMode: LocalMode?

    /// Nothing for a run that did nothing worth telling.
    var lines: [String] {
        guard !state.isEmpty else { return [] }
        return [counts, time, traffic, retries, state.warnings.text].compactMap(\.self) + withoutOutput + failures
    }

    private var counts: String? {
        guard state.created + state.reused + state.ended + state.jobs.count > 0 else { return nil }
        var parts = ["\(state.succeeded) done"]
        if state.failed > 0 { parts.append("\(state.failed) failed") }
        if state.canceled > 0 { parts.append("\(state.canceled) canceled") }
        if !state.jobs.isEmpty { parts.append("\(state.jobs.count) not waited for") }
        if !state.inDoubt.isEmpty { parts.append("\(state.inDoubt.count) in doubt") }
        let counts = parts.joined(separator: ", ")
        // The script has waited for some that it has not created: then there is no whole that the others are of.
        guard state.created + state.reused >= state.ended + state.jobs.count else {
            return state.created + state.reused == 0
                ? counts : "\(counts); \(Self.count(state.created + state.reused, "prediction")) created"
        }
        guard state.reused > 0 else { return "\(counts) of \(Self.count(state.created, "prediction")) created" }
        return "\(counts) of \(Self.count(state.created + state.reused, "prediction")): \(state.created) created,"
            + " \(state.reused) from attempts before"
    }

    private var time: String? {
        var text = "\(DurationText.short(elapsed)) in all"
        guard state.computing > .zero else { return state.created > 0 ? text : nil }
        text += ", \(DurationText.short(state.computing)) of computing"
        let together = elapsed > .zero ? state.computing / elapsed : 0
        if together >= 1.05 { text += " (\((together * 10).rounded() / 10) at once)" }
        if state.succeeded > 1, let slowest = state.slowest {
            text += "; slowest: \(slowest.workflow) \(slowest.id), \(DurationText.short(slowest.time))"
        }
        return text
    }

    private var traffic: String? {
        var parts: [String] = []
        if state.uploads > 0 {
            parts.append("sent \(ByteCount.text(state.bytesUp)) in \(Self.count(state.uploads, "upload"))")
        }
        if state.downloads > 0 {
            parts.append(
                "received \(ByteCount.text(state.bytesDown)) in \(Self.count(state.downloads, "download"))")
        }
        if state.filesKept > 0 { parts.append("\(Self.count(state.filesKept, "file")) lay there already") }
        if state.filesWritten > 0 { parts.append("wrote \(Self.count(state.filesWritten, "file"))") }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    private var retries: String? {
        guard !state.retries.isEmpty else { return nil }
        let all = state.retries.values.reduce(0, +)
        let each = state.retries.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        return "\(all) \(all == 1 ? "retry" : "retries"): \(each)"
    }

    private var failures: [String] {
        guard !state.failures.isEmpty else { return [] }
        var lines = state.failures.map { failure in
            let line =
                failure.label.map { "failed: \($0): \(failure.reason) (\(failure.workflow) \(failure.id))" }
                ?? "failed: \(failure.workflow) \(failure.id): \(failure.reason)"
            return line.printable()
        }
        let more = state.failed - state.failures.count
        if more > 0 { lines.append("and \(more) more failed") }
        if let flag = localMode.laterFlag {
            lines.append("look at one again with speedpix.get(id), or: speedpix jobs show ID\(flag)")
        }
        return lines
    }

    private var withoutOutput: [String] {
        let lines = state.withoutOutput.map {
            "without any output: \($0.label.map { "\($0), " } ?? "")\($0.workflow) \($0.id)".printable()
        }
        let more = state.withoutOutputCount - lines.count
        return more > 0 ? lines + ["and \(more) more without any output"] : lines
    }

    private static func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }

    /// For `run.finished`.
    var fields: JSONValue {
        func whole(_ number: Int) -> JSONValue { .integer(Int64(number)) }
        var fields: [String: JSONValue] = [
            "created": whole(state.created), "reused": whole(state.reused), "succeeded": whole(state.succeeded),
            "failed": whole(state.failed),
            "canceled": whole(state.canceled), "without_output": whole(state.withoutOutputCount),
            "in_doubt": whole(state.inDoubt.count),
            "wall_seconds": .seconds(elapsed), "computing_seconds": .seconds(state.computing),
            "retries": .object(state.retries.mapValues(whole)),
            "uploads": whole(state.uploads), "bytes_up": .integer(state.bytesUp),
            "downloads": whole(state.downloads), "bytes_down": .integer(state.bytesDown),
            "files_written": whole(state.filesWritten), "files_kept": whole(state.filesKept),
            "bytes_written": .integer(state.bytesWritten),
            "failed_ids": .array(state.failures.map { .string($0.id) }),
        ]
        if let slowest = state.slowest {
            fields["slowest"] = [
                "id": .string(slowest.id), "workflow": .string(slowest.workflow), "seconds": .seconds(slowest.time),
            ]
        }
        return .object(fields)
    }
}
