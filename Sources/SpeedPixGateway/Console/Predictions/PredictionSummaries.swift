import SpeedPix

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Predictions as the console lists them, and as it tells of their changes: everything but inputs and outputs.
struct PredictionSummaries: Sendable {
    let queue: PredictionQueue
    let database: PredictionDatabase
    let urls: ConsoleURLs

    /// Of some predictions, in the order of their ids. One that there is not, or that cannot be read now, is left out.
    ///
    /// Those that are in memory cost no read. An end is told once it is in the database.
    func summaries(of ids: [String]) async -> [JSONValue] {
        let queued = await queue.queued(ids)
        let others = try? await database.records(of: ids.filter { queued[$0] == nil })
        let stored = Dictionary((others ?? []).map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        return ids.compactMap { id -> [String: JSONValue]? in
            if let known = queued[id] { return summary(known.record, ahead: known.ahead) }
            return stored[id].map { summary($0) }
        }
        .map { .object($0) }
    }

    /// Of predictions that the database has told of, as they are by now.
    func summaries(of records: [PredictionRecord]) async -> [JSONValue] {
        let queued = await queue.queued(records.map(\.id))
        return records.map { record in
            guard let known = queued[record.id] else { return .object(summary(record)) }
            return .object(summary(known.record, ahead: known.ahead))
        }
    }

    /// - Parameter ahead: How many begin before it; nil for one that does not wait here.
    func summary(_ record: PredictionRecord, ahead: Int? = nil) -> [String: JSONValue] {
        let state = record.shownStatus
        let seconds: Double? = record.duration.map { $0 / .seconds(1) }
        let failure = record.failure.map { String($0.unicodeScalars.prefix(StoredPrediction.listedFailure)) }
        var members: [String: JSONValue] = [
            "id": .string(record.id), "number": .integer(Int64(record.number)), "workflow": .string(record.workflowID),
            "version": .orNull(record.version), "state": .string(state.rawValue),
            "created": Self.seconds(record.created), "began": Self.seconds(record.shownBegan),
            "ended": Self.seconds(record.ended), "seconds": .orNull(seconds),
            "key": .orNull(record.owner), "label": .orNull(record.notes.label),
            "mark": .orNull(record.notes.mark?.rawValue), "failure": .orNull(failure), "kind": .null,
            "thumbnail": .null, "progress": .null, "preview": .null,
        ]
        if let file = record.outputs.firstFile {
            members["kind"] = .string(Self.kind(of: file))
            members["thumbnail"] = urls.thumbnail(of: file.key, mimeType: file.mimeType)
        } else if !record.outputs.isEmpty {
            members["kind"] = "data"
        }
        guard !state.isTerminal else { return members }
        members["progress"] = progress(record, ahead: state == .waiting ? ahead : nil)
        if state == .running, let preview = record.progress.current.preview {
            members["preview"] = .string(urls.preview(preview.number, of: record.id))
        }
        return members
    }

    private func progress(_ record: PredictionRecord, ahead: Int?) -> JSONValue {
        let reported = record.progress.current
        guard record.shownStatus == .running else {
            return [
                "fraction": 0, "step": nil, "number": nil, "total": nil, "ahead": .orNull(ahead), "eta": nil,
            ]
        }
        return [
            "fraction": .double(reported.fraction), "step": .orNull(reported.step),
            "number": .orNull(reported.number), "total": .orNull(reported.total), "ahead": nil,
            "eta": .double(record.eta / .seconds(1)),
        ]
    }

    /// What a result is, as far as it is shown in another way.
    static func kind(of file: StoredFile) -> String {
        let kind = String(file.mimeType.prefix { $0 != "/" }).lowercased()
        return ["image", "video", "audio"].contains(kind) ? kind : "data"
    }

    /// A date in seconds since 1970.
    static func seconds(_ date: Date?) -> JSONValue { .orNull(date?.timeIntervalSince1970) }
}
