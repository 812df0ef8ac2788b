import GRDB
import SpeedPix

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A prediction as the database has it.
enum StoredPrediction: Sendable {
    case ended(PredictionRecord)
    case unfinished(UnfinishedPrediction)
}

/// What an earlier gateway has accepted and not ended.
struct UnfinishedPrediction: Sendable {
    /// The order of arrival.
    let number: Int
    let id: String
    let workflowID: String
    /// The workflow's version; nil if it was written down by a gateway that knew of none.
    let version: String?
    let inputs: StoredInputs
    /// What was drawn for it.
    let seeds: [SeedValue]
    /// The application key that created it; nil if an older gateway has written it down.
    let owner: String?
    let created: Date?
    let notes: PredictionNotes
    /// About what its inputs take in memory, in bytes.
    let footprint: Int
}

extension StoredPrediction {
    /// The columns that ``init(_:)`` reads.
    static let selection = """
        SELECT number, id, workflow, version, inputs, seeds, status, outputs, info, failure, created, began, ended,
        duration, owner, mark, label FROM prediction
        """

    /// Characters of a failure that lists tell, as Unicode counts them.
    static let listedFailure = 2000
    /// Characters of outputs in which a file to show is looked for. What has more is listed as data.
    private static let listedOutputs = 128 << 10

    /// The same without what no list shows: each row's inputs, outputs and failure may be as large as a request.
    static let listSelection = """
        SELECT number, id, workflow, version, '{}' AS inputs, NULL AS seeds, status,
        CASE WHEN length(outputs) > \(listedOutputs) THEN '{"data":{"data":null}}' ELSE outputs END AS outputs,
        NULL AS info, substr(failure, 1, \(listedFailure)) AS failure, created, began, ended, duration, owner, mark, label
        FROM prediction
        """

    /// A row that makes no sense. Nothing of it is used.
    struct MalformedRecord: Error, CustomStringConvertible {
        let number: Int64?
        var description: String { "its row \(number.map { String($0) } ?? "without a number") makes no sense" }
    }

    /// - Throws: ``MalformedRecord``: another program may have written into the file.
    init(_ row: Row) throws {
        func value<Value: DatabaseValueConvertible>(_ column: String) -> Value? {
            // Nil for a value of another type, for which GRDB's other conversions end the process.
            Value.fromDatabaseValue(row[column])
        }
        func date(_ column: String) -> Date? {
            (value(column) as Double?).map { Date(timeIntervalSince1970: $0) }
        }
        let malformed = MalformedRecord(number: value("number"))
        guard let number: Int = value("number"), let id: String = value("id"), let workflow: String = value("workflow"),
            let status = (value("status") as String?).flatMap(PredictionRecord.Status.init)
        else { throw malformed }
        let notes = PredictionNotes(
            mark: (value("mark") as String?).flatMap(PredictionNotes.Mark.init), label: value("label"))
        guard status.isTerminal else {
            // What has ended must not begin again, whatever another program has made of its status.
            guard (row["ended"] as DatabaseValue).isNull, let text: String = value("inputs"),
                let inputs = StoredInputs(text)
            else { throw malformed }
            self = .unfinished(
                UnfinishedPrediction(
                    number: number, id: id, workflowID: workflow, version: value("version"), inputs: inputs,
                    seeds: (value("seeds") as String?).map(SeedValue.all) ?? [], owner: value("owner"),
                    created: date("created"), notes: notes, footprint: 1024 + text.utf8.count))
            return
        }
        var record = PredictionRecord(
            id: id, owner: value("owner"), workflowID: workflow, pool: .light, estimate: .zero, footprint: 0,
            number: number)
        record.status = status
        record.version = value("version")
        record.created = date("created")
        record.notes = notes
        guard let ended = date("ended"),
            let outputs = (value("outputs") as String?).flatMap(StoredPrediction.outputs)
        else { throw malformed }
        record.outputs = outputs
        record.info = try (value("info") as String?).map { text in
            guard let info = try? JSONValue(parsing: text.utf8) else { throw malformed }
            return info
        }
        record.failure = value("failure")
        record.began = date("began")
        record.ended = ended
        record.duration = (value("duration") as Double?).flatMap { (0...1e9).contains($0) ? .seconds($0) : nil }
        self = .ended(record)
    }

    /// The files among outputs.
    static func files(_ text: String) -> [ObjectKey] { outputs(text)?.storedKeys ?? [] }

    /// Nil for anything that ``StoredOutput/json`` did not write.
    private static func outputs(_ text: String) -> [String: StoredOutput]? {
        guard let members = (try? JSONValue(parsing: text.utf8))?.objectValue else { return nil }
        let outputs = members.compactMapValues { StoredOutput($0) }
        return outputs.count == members.count ? outputs : nil
    }
}

extension StoredOutput {
    /// Files by their keys: their URLs would not last.
    var json: JSONValue {
        switch self {
        case .data(let value): ["data": value]
        case .file(let file): ["file": file.json]
        case .files(let files): ["files": .array(files.map(\.json))]
        }
    }

    fileprivate init?(_ json: JSONValue) {
        guard let members = json.objectValue, members.count == 1, let (kind, value) = members.first else { return nil }
        switch kind {
        case "data":
            self = .data(value)
        case "file":
            guard let file = StoredFile(value) else { return nil }
            self = .file(file)
        case "files":
            guard let values = value.arrayValue else { return nil }
            let files = values.compactMap { StoredFile($0) }
            guard files.count == values.count else { return nil }
            self = .files(files)
        default: return nil
        }
    }
}

extension StoredFile {
    fileprivate var json: JSONValue {
        [
            "key": .string(key.text), "filename": .string(filename), "mime_type": .string(mimeType),
            "size": .integer(size), "facts": .object(facts),
        ]
    }

    fileprivate init?(_ json: JSONValue) {
        guard let key = json["key"]?.stringValue.flatMap({ ObjectKey($0) }),
            let filename = json["filename"]?.stringValue, let mimeType = json["mime_type"]?.stringValue,
            let size = json["size"]?.lenientInteger, let facts = json["facts"]?.objectValue
        else { return nil }
        self.init(key: key, filename: filename, mimeType: mimeType, size: size, facts: facts)
    }
}
