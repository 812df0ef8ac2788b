import Crypto

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
    /// The value with every URL in it cut off where its query begins, and every `data:` URI where its content does, with
    /// the SHA-256 of the whole: what is kept for long must not give access to anything, nor hold pictures.
    public var withoutSignatures: JSONValue {
        switch self {
        case .string(let text): .string(Self.withoutSignature(text))
        case .array(let values): .array(values.map(\.withoutSignatures))
        case .object(let members): .object(members.mapValues(\.withoutSignatures))
        default: self
        }
    }

    /// Whether a `data:` URI is in it.
    fileprivate var holdsContent: Bool {
        switch self {
        case .string(let text): text.hasPrefix("data:") && text.contains(",")
        case .array(let values): values.contains(where: \.holdsContent)
        case .object(let members): members.values.contains(where: \.holdsContent)
        default: false
        }
    }

    private static func withoutSignature(_ text: String) -> String { text.withoutSignatures }
}

extension String {
    /// The text with every URL in it cut off where its query begins, without a name and password, and every `data:` URI where its
    /// content does.
    public var withoutSignatures: String {
        // Most texts hold neither: looked for byte by byte, since searching a string by its characters takes microseconds.
        guard utf8.contains(UInt8(ascii: ":")) else { return self }
        if let url = plainURLWithoutQuery { return url }
        var text = self
        if text.contains("://") {
            text.replace(/(?i)(https?:\/\/)[^\s\/@"'<>]*@/) { $0.output.1 }
            text.replace(/(?i)(https?:\/\/[^\s?#"'<>)\]]*)[?#][^\s"'<>)\]]*/) { $0.output.1 }
        }
        if text.contains("data:") {
            text.replace(/(data:[\w.+\/;=-]*,)([\w+\/=%.~-]*)/) { match in
                "\(match.output.1)sha256-\(SHA256.hash(data: Array(match.output.2.utf8)).hexadecimal)"
            }
        }
        return text
    }

    /// The same as the expressions above would make of a text that is one URL and nothing else, as most are, without the
    /// cost of an expression; nil for any other text.
    private var plainURLWithoutQuery: String? {
        guard hasPrefix("https://") || hasPrefix("http://") else { return nil }
        var end: Index?
        for index in utf8.indices {
            switch utf8[index] {
            case UInt8(ascii: "?"), UInt8(ascii: "#"): end = end ?? index
            // What may end a URL, a name and password, or content.
            case ...UInt8(ascii: " "), 127..., UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "<"),
                UInt8(ascii: ">"), UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "@"), UInt8(ascii: ","):
                return nil
            default: continue
            }
        }
        return end.map { String(self[..<$0]) } ?? self
    }
}
