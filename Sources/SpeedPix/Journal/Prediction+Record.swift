#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

// What a journal keeps of a prediction.
extension Prediction {
    /// What there is to keep: without logs and progress, and with URLs without what signs them, which expires.
    public var record: JSONValue {
        var record: [String: JSONValue] = ["id": .string(id), "status": .string(status.rawValue)]
        record["workflow"] = workflowID.map { .string($0) }
        record["label"] = label.map { .string($0.withoutSignatures) }
        record["input"] = input.map { JSONValue.object($0).withoutSignatures }
        // Content that came within the answer is had from there again: without an output the prediction counts as not fetched.
        if output?.holdsContent == false { record["output"] = output?.withoutSignatures }
        record["info"] = info?.withoutSignatures
        record["error"] = error.map { .string($0.withoutSignatures) }
        record["predict_seconds"] = metrics.predictTime.map { .double($0 / .seconds(1)) }
        record["total_seconds"] = metrics.totalTime.map { .double($0 / .seconds(1)) }
        record["created_at"] = createdAt.map { .double($0.timeIntervalSince1970) }
        record["started_at"] = startedAt.map { .double($0.timeIntervalSince1970) }
        record["completed_at"] = completedAt.map { .double($0.timeIntervalSince1970) }
        return .object(record)
    }

    /// A prediction as a journal has kept it; nil for what is not a record.
    public init?(record: JSONValue) {
        guard let id = record["id"]?.stringValue, let status = record["status"]?.stringValue else { return nil }
        self.init(id: id)
        self.status = Status(rawValue: status)
        workflowID = record["workflow"]?.stringValue
        label = record["label"]?.stringValue
        if case .object(let input) = record["input"] { self.input = input }
        output = record["output"]
        info = record["info"]
        error = record["error"]?.stringValue
        metrics.predictTime = record["predict_seconds"]?.lenientDouble.map { .seconds($0) }
        metrics.totalTime = record["total_seconds"]?.lenientDouble.map { .seconds($0) }
        createdAt = record["created_at"]?.lenientDouble.map { Date(timeIntervalSince1970: $0) }
        startedAt = record["started_at"]?.lenientDouble.map { Date(timeIntervalSince1970: $0) }
        completedAt = record["completed_at"]?.lenientDouble.map { Date(timeIntervalSince1970: $0) }
        if self.status == .succeeded { progress.fraction = 1 }
    }
}

extension JSONValue {
    /// Whether a `data:` URI is in it.
    fileprivate var holdsContent: Bool {
        switch self {
        case .string(let text): text.hasPrefix("data:") && text.contains(",")
        case .array(let values): values.contains(where: \.holdsContent)
        case .object(let members): members.values.contains(where: \.holdsContent)
        default: false
        }
    }
}
