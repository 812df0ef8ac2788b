import SpeedPix
import SpeedPixJournal

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Runs and their creates, as people and programs read them. People get times of their own zone, programs UTC.
enum RunText {
    /// "run 12: pipeline.lua, 2026-11-27 14:03, unfinished: 41 created, 40 done, 1 in doubt".
    static func line(_ run: RecordedRun, in zone: TimeZone) -> String {
        let state = run.isUnfinished ? "unfinished" : "finished"
        return "\(run.number): \(name(run)), \(time(run.started, in: zone)), \(state): \(counts(run))"
    }

    /// "41 created, 40 done, 1 in doubt".
    static func counts(_ run: RecordedRun) -> String {
        let parts = [
            (run.succeeded, "done"), (run.failed, "failed"), (run.canceled, "canceled"), (run.unended, "not ended"),
            (run.inDoubt, "in doubt"), (run.unsaved, "not saved"),
        ]
        let counted = parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        return (["\(run.created) created"] + counted).joined(separator: ", ")
    }

    /// The script with its rows and its parameters; of a row of a batch, with its key.
    static func name(_ run: RecordedRun) -> String {
        let script = run.description.script.split(separator: "/").last.map(String.init) ?? run.description.script
        let parameters = run.description.parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let rows = run.description.rows.map { [$0.split(separator: "/").last.map(String.init) ?? $0] } ?? []
        let row = run.batch.map { ["row \($0.key) of batch \($0.run):"] } ?? []
        return (row + [script.isEmpty ? "a script" : script] + rows + parameters).joined(separator: " ")
    }

    static func doubt(_ create: RecordedCreate, in zone: TimeZone) -> String {
        var text =
            "\(create.position?.rawValue ?? "\(create.number)"): \(time(create.intended, in: zone)) \(create.workflowID)"
        if let label = create.label { text += " \(label)" }
        return text + " \(input(create.input))"
    }

    /// "succeeded 8d0f2a A-014 white-background".
    static func line(_ create: RecordedCreate) -> String {
        let state =
            create.isInDoubt ? "in doubt" : create.state == .created ? "not ended" : create.state.rawValue
        let unsaved = create.unsavedFiles > 0 ? "not saved" : nil
        return [state, create.prediction?.id, create.label, create.workflowID, unsaved].compactMap(\.self)
            .joined(separator: " ")
    }

    /// A create with its position, what it gave, or why it gave nothing.
    static func lines(_ create: RecordedCreate, in zone: TimeZone) -> [String] {
        let position = create.position?.rawValue ?? "\(create.number)"
        // Its run is what `runs settle` takes.
        let row = create.rowKey.map { "\($0) (run \(create.run)) " } ?? ""
        var lines = ["\(row)\(position): \(line(create))"]
        if create.isInDoubt { lines.append("  \(time(create.intended, in: zone)) \(input(create.input))") }
        if let reason = create.prediction?.error ?? create.problem { lines.append("  \(reason)") }
        return lines + create.paths.map { "  \($0)" }
    }

    /// An input in one line.
    static func input(_ input: [String: JSONValue]) -> String {
        let parts = input.sorted { $0.key < $1.key }.map { name, value in
            let text = (try? value.encoded()).map { String(decoding: $0, as: UTF8.self) } ?? "?"
            return "\(name) = \(text.count > 60 ? text.prefix(59) + "…" : text)"
        }
        return "{ \(parts.joined(separator: ", ")) }"
    }

    static func predictions(_ count: Int) -> String { "\(count) prediction\(count == 1 ? "" : "s")" }

    /// "3 predictions are paid for and kept, 1 not ended, 2 failed": what has failed or was canceled is no result to keep.
    ///
    /// - Parameters:
    ///   - whose: After the number, as " of it".
    ///   - verb: What results are.
    static func paid(_ run: RecordedRun, whose: String = "", _ verb: String = "paid for and kept") -> String {
        func are(_ count: Int) -> String { "\(predictions(count))\(whose) \(count == 1 ? "is" : "are")" }
        var rest = [(run.unended, "not ended"), (run.failed, "failed"), (run.canceled, "canceled")]
        let subject: String
        if run.succeeded > 0 {
            subject = "\(are(run.succeeded)) \(verb)"
        } else if run.unended > 0 {
            subject = "\(are(run.unended)) paid for and not ended"
            rest.removeFirst()
        } else {
            subject = "no prediction\(whose) has succeeded"
        }
        return ([subject] + rest.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }).joined(separator: ", ")
    }

    /// Date and time of day, to the minute.
    ///
    /// - Parameter seconds: Since 1970.
    private static func time(_ seconds: Double, in zone: TimeZone) -> String {
        let style = Date.ISO8601FormatStyle(timeZone: zone).year().month().day().dateTimeSeparator(.space)
            .time(includingFractionalSeconds: false)
        return String(Date(timeIntervalSince1970: seconds).formatted(style).prefix(16))
    }

    // MARK: For programs

    static func json(_ run: RecordedRun) -> JSONValue {
        func whole(_ number: Int) -> JSONValue { .integer(Int64(number)) }
        var fields: [String: JSONValue] = [
            "run": .integer(run.number), "script": .string(run.description.script),
            "folder": .string(run.description.folder),
            "parameters": .object(run.description.parameters.mapValues { .string($0) }),
            "endpoint": .string(run.description.endpoint), "app_key": .string(run.description.appKey),
            "command": .array(run.description.command.map { .string($0) }), "seed": .integer(run.seed),
            "started_at": date(run.started), "attempts": whole(run.attempts),
            "state": .string(run.isUnfinished ? "unfinished" : "finished"), "created": whole(run.created),
            "succeeded": whole(run.succeeded), "failed": whole(run.failed), "canceled": whole(run.canceled),
            "unended": whole(run.unended), "in_doubt": whole(run.inDoubt), "unsaved": whole(run.unsaved),
        ]
        fields["ended_at"] = run.ended.map(date)
        fields["rows"] = run.description.rows.map { .string($0) }
        fields["batch"] = run.batch.map { .integer($0.run) }
        fields["row_key"] = run.batch.map { .string($0.key) }
        return .object(fields)
    }

    static func json(_ create: RecordedCreate) -> JSONValue {
        var fields: [String: JSONValue] = [
            "number": .integer(create.number), "run": .integer(create.run), "workflow": .string(create.workflowID),
            "state": .string(create.isInDoubt ? "in_doubt" : create.state.rawValue), "input": .object(create.input),
            "intended_at": date(create.intended), "paths": .array(create.paths.map { .string($0) }),
            "unsaved_files": .integer(Int64(create.unsavedFiles)),
        ]
        fields["row_key"] = create.rowKey.map { .string($0) }
        fields["position"] = create.position.map { .string($0.rawValue) }
        fields["label"] = create.label.map { .string($0) }
        fields["id"] = create.prediction.map { .string($0.id) }
        fields["output"] = create.prediction?.output
        fields["error"] = create.prediction?.error.map { .string($0) }
        fields["problem"] = create.problem.map { .string($0) }
        fields["ended_at"] = create.ended.map(date)
        return .object(fields)
    }

    static func date(_ seconds: Double) -> JSONValue {
        .string(Date(timeIntervalSince1970: seconds).formatted(.iso8601))
    }
}
