import SpeedPix

/// What a run came to, in lines for a person and in fields for a program.
struct RunSummary {
    let ledger: RunLedger
    /// Wall time of the whole run.
    let elapsed: Duration
    /// Whether predictions end with this process, so that none can be fetched later.
    let isLocal: Bool

    /// Nothing for a run that did nothing worth telling.
    var lines: [String] {
        guard !ledger.isEmpty else { return [] }
        return [counts, time, traffic, retries].compactMap(\.self) + withoutOutput + failures
    }

    private var counts: String? {
        guard ledger.created + ledger.ended + ledger.jobs.count > 0 else { return nil }
        var parts = ["\(ledger.succeeded) done"]
        if ledger.failed > 0 { parts.append("\(ledger.failed) failed") }
        if ledger.canceled > 0 { parts.append("\(ledger.canceled) canceled") }
        if !ledger.jobs.isEmpty { parts.append("\(ledger.jobs.count) not waited for") }
        if !ledger.inDoubt.isEmpty { parts.append("\(ledger.inDoubt.count) in doubt") }
        return parts.joined(separator: ", ") + " of " + Self.count(ledger.created, "prediction") + " created"
    }

    private var time: String? {
        var text = "\(DurationText.short(elapsed)) in all"
        guard ledger.computing > .zero else { return ledger.created > 0 ? text : nil }
        text += ", \(DurationText.short(ledger.computing)) of computing"
        let together = elapsed > .zero ? ledger.computing / elapsed : 0
        if together >= 1.05 { text += " (\((together * 10).rounded() / 10) at once)" }
        if ledger.succeeded > 1, let slowest = ledger.slowest {
            text += "; slowest: \(slowest.workflow) \(slowest.id), \(DurationText.short(slowest.time))"
        }
        return text
    }

    private var traffic: String? {
        var parts: [String] = []
        if ledger.uploads > 0 {
            parts.append("sent \(ByteText.describe(ledger.bytesUp)) in \(Self.count(ledger.uploads, "upload"))")
        }
        if ledger.downloads > 0 {
            parts.append(
                "received \(ByteText.describe(ledger.bytesDown)) in \(Self.count(ledger.downloads, "download"))")
        }
        if ledger.filesWritten > 0 { parts.append("wrote \(Self.count(ledger.filesWritten, "file"))") }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    private var retries: String? {
        guard !ledger.retries.isEmpty else { return nil }
        let all = ledger.retries.values.reduce(0, +)
        let each = ledger.retries.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        return "\(all) \(all == 1 ? "retry" : "retries"): \(each)"
    }

    private var failures: [String] {
        guard !ledger.failures.isEmpty else { return [] }
        var lines = ledger.failures.map { failure in
            let line =
                failure.label.map { "failed: \($0): \(failure.reason) (\(failure.workflow) \(failure.id))" }
                ?? "failed: \(failure.workflow) \(failure.id): \(failure.reason)"
            return line.printable()
        }
        let more = ledger.failed - ledger.failures.count
        if more > 0 { lines.append("and \(more) more failed") }
        if !isLocal { lines.append("look at one again with speedpix.get(id), or: speedpix jobs show ID") }
        return lines
    }

    private var withoutOutput: [String] {
        let lines = ledger.withoutOutput.map {
            "without any output: \($0.label.map { "\($0), " } ?? "")\($0.workflow) \($0.id)".printable()
        }
        let more = ledger.withoutOutputCount - lines.count
        return more > 0 ? lines + ["and \(more) more without any output"] : lines
    }

    private static func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }

    /// For `run.finished`.
    var fields: JSONValue {
        func whole(_ number: Int) -> JSONValue { .integer(Int64(number)) }
        var fields: [String: JSONValue] = [
            "created": whole(ledger.created), "succeeded": whole(ledger.succeeded), "failed": whole(ledger.failed),
            "canceled": whole(ledger.canceled), "without_output": whole(ledger.withoutOutputCount),
            "in_doubt": whole(ledger.inDoubt.count),
            "wall_seconds": .seconds(elapsed), "computing_seconds": .seconds(ledger.computing),
            "retries": .object(ledger.retries.mapValues(whole)),
            "uploads": whole(ledger.uploads), "bytes_up": .integer(ledger.bytesUp),
            "downloads": whole(ledger.downloads), "bytes_down": .integer(ledger.bytesDown),
            "files_written": whole(ledger.filesWritten), "bytes_written": .integer(ledger.bytesWritten),
            "failed_ids": .array(ledger.failures.map { .string($0.id) }),
        ]
        if let slowest = ledger.slowest {
            fields["slowest"] = [
                "id": .string(slowest.id), "workflow": .string(slowest.workflow), "seconds": .seconds(slowest.time),
            ]
        }
        return .object(fields)
    }
}
