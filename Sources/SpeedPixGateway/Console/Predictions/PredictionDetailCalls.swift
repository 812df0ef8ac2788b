import HTTPTypes
import Hummingbird
import SpeedPix

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// `GET /speedpix/predictions/ID`: all that is known of a prediction.
struct ShowPredictionCall: AdminCall {
    let method = HTTPRequest.Method.get
    let path = "predictions/:id"
    let predictions: ConsolePredictions

    func answer(_ request: Request, _ context: GatewayContext) async throws -> JSONValue {
        let origin = try SignedCallHandler.origin(of: request, predictions.configuration)
        let urls = AnswerURLs(predictions.urls.signer, origin: origin, expires: predictions.urls.expires)
        return try await predictions.details(of: try context.part("id"), urls)
    }
}

/// `POST /speedpix/predictions/ID/cancel`: ends a prediction, whosever it is. One that has ended stays as it is.
struct CancelPredictionCall: AdminCall {
    let method = HTTPRequest.Method.post
    let path = "predictions/:id/cancel"
    let predictions: ConsolePredictions

    func answer(_ request: Request, _ context: GatewayContext) async throws -> JSONValue {
        let id = try context.part("id")
        _ = try await predictions.queue.cancel(id, seenBy: .console)
        return try await predictions.summary(of: id)
    }
}

/// `PUT /speedpix/predictions/ID/notes`, with `mark` and `label`: notes what somebody thinks of a prediction.
struct SetNotesCall: AdminCall {
    let method = HTTPRequest.Method.put
    let path = "predictions/:id/notes"
    let predictions: ConsolePredictions

    func answer(_ request: Request, _ context: GatewayContext) async throws -> JSONValue {
        let id = try context.part("id")
        let change = try PredictionNotesChange(try await ConsolePredictions.body(request))
        try await predictions.queue.setNotes(change, of: id)
        return try await predictions.summary(of: id)
    }
}

// What is known of one prediction beyond its summary.
extension ConsolePredictions {
    /// - Parameter exact: How URLs begin in the answers as a signed call gets them.
    func details(of id: String, _ exact: AnswerURLs) async throws -> JSONValue {
        let record = try await queue.shown(id)
        var members = summaries.summary(record, ahead: await queue.queued([id])[id]?.ahead)
        var inputs: [String: JSONValue] = [:]
        for (name, input) in try await self.inputs(of: record) { inputs[name] = try await json(input, named: name) }
        members["inputs"] = .object(inputs)
        var outputs: [JSONValue] = []
        for (name, output) in record.outputs.sorted(by: { $0.key < $1.key }) {
            outputs.append(try await json(output, named: name))
        }
        members["outputs"] = .array(outputs)
        members["failure"] = .orNull(record.failure)
        members["info"] = record.info ?? .null
        members["timeline"] = Self.timeline(of: record)
        members["exact"] = [
            "progress": ProgressCall.json(record, remaining: await queue.remaining(before: record), exact),
            "result": record.status == .canceled ? .null : ResultCall.json(record, exact),
        ]
        return .object(members)
    }

    private func json(_ input: KeptInput, named name: String) async throws -> JSONValue {
        switch input {
        case .value(let value): return ["value": value]
        case .stored(let key, let filename, let mimeType):
            var members = try await file(key, filename: filename, mimeType: mimeType)
            members["filename"] = .string(filename)
            return ["file": .object(members)]
        case .embedded(let text, let mimeType):
            return Self.file(KeptInput.filename(of: name, mimeType), mimeType: mimeType, url: text)
        case .remote(let text): return Self.file(KeptInput.filename(ofURL: text), mimeType: nil, url: text)
        case .omitted(_, let mimeType?):
            return Self.file(KeptInput.filename(of: name, mimeType), mimeType: mimeType, url: nil)
        case .omitted(let bytes, nil): return ["value": nil, "omitted_bytes": .integer(bytes)]
        }
    }

    private func json(_ output: StoredOutput, named name: String) async throws -> JSONValue {
        let stored: [StoredFile]
        switch output {
        case .data(let value): return ["name": .string(name), "value": value]
        case .file(let file): stored = [file]
        case .files(let files): stored = files
        }
        var files: [JSONValue] = []
        for file in stored {
            var members = try await self.file(file.key, filename: file.filename, mimeType: file.mimeType)
            members["filename"] = .string(file.filename)
            members["size"] = .integer(file.size)
            members["facts"] = .object(file.facts)
            files.append(.object(members))
        }
        return ["name": .string(name), "files": .array(files)]
    }

    /// Of a stored file, where it is, unless it is gone.
    private func file(_ key: ObjectKey, filename: String, mimeType: String) async throws -> [String: JSONValue] {
        guard try await store.facts(of: key) != nil else {
            return ["mime_type": .string(mimeType), "url": .null, "thumbnail": .null, "gone": true]
        }
        return [
            "mime_type": .string(mimeType), "gone": false,
            "url": .string(urls.file(key, mimeType: mimeType, filename: filename)),
            "thumbnail": urls.thumbnail(of: key, mimeType: mimeType),
        ]
    }

    /// A file that is not stored here.
    private static func file(_ filename: String, mimeType: String?, url: String?) -> JSONValue {
        [
            "file": [
                "filename": .string(filename), "mime_type": .orNull(mimeType), "url": .orNull(url), "thumbnail": nil,
                "gone": .bool(url == nil),
            ]
        ]
    }

    private static func timeline(of record: PredictionRecord) -> JSONValue {
        var entries: [JSONValue] = []
        func add(_ event: String, _ date: Date?, _ text: String? = nil) {
            guard let date else { return }
            entries.append(["at": PredictionSummaries.seconds(date), "event": .string(event), "text": .orNull(text)])
        }
        add("created", record.created, record.owner)
        add("began", record.shownBegan)
        add(record.status.rawValue, record.ended, record.failure)
        return .array(entries)
    }
}
