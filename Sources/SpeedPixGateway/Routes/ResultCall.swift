import SpeedPix

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// `/scc/comfy_get_result`: what a prediction gave. Its URLs are signed anew with each answer.
struct ResultCall: ServiceCall {
    let route = Route.result
    let queue: PredictionQueue
    let urls: URLSigner

    func answer(_ call: SignedCall) async throws -> JSONValue {
        let record = try await queue.prediction(
            try call.body.requiredText("taskId", "task_id"), for: call.caller)
        // The official clients take a good envelope without a result for a success without one.
        guard record.status != .canceled else { throw Refusal.canceled }
        return Self.json(record, AnswerURLs(urls, for: call))
    }

    /// What is answered of a prediction that was not canceled.
    static func json(_ record: PredictionRecord, _ urls: AnswerURLs) -> JSONValue {
        var result = JSONValue.null
        var pictures: [JSONValue] = []
        if record.status == .succeeded {
            result = .object(record.outputs.mapValues { json($0, urls) })
            pictures = record.outputs.sorted { $0.key < $1.key }.flatMap { pictureURLs($0.value, urls) }
        }
        return [
            "taskId": .string(record.id), "status": .string(record.shownStatus.rawValue), "result": result,
            "images": pictures.isEmpty ? .null : .array(pictures), "info": info(record),
            "message": record.failure.map { .string($0) } ?? .null, "parameters": nil, "imgsBytes": nil,
            "taskDuration": record.duration.map { .integer(Int64(($0 / .milliseconds(1)).rounded())) } ?? .null,
            "taskBeginTime": milliseconds(record.began), "taskEndTime": milliseconds(record.ended),
        ]
    }

    /// An object of texts, which is the only form that the official Python client can read.
    private static func info(_ record: PredictionRecord) -> JSONValue {
        if let failure = record.failure { return ["message": .string(failure)] }
        switch record.info {
        case nil, .null?: return .null
        case .object(let members)?: return .object(members.mapValues { .string(text($0)) })
        case let value?: return ["message": .string(text(value))]
        }
    }

    private static func text(_ value: JSONValue) -> String {
        value.stringValue ?? (try? value.encoded()).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    private static func json(_ output: StoredOutput, _ urls: AnswerURLs) -> JSONValue {
        switch output {
        case .data(let value): value
        case .file(let file): json(file, urls)
        case .files(let files): .array(files.map { json($0, urls) })
        }
    }

    private static func json(_ file: StoredFile, _ urls: AnswerURLs) -> JSONValue {
        var members = file.facts
        // The official clients read some of these in snake_case and some in camelCase.
        for (name, value) in file.facts where members[name.camelCased] == nil { members[name.camelCased] = value }
        members["url"] = .string(urls.url(of: file))
        members["type"] = .string(String(file.mimeType.prefix { $0 != "/" }))
        members["mime_type"] = .string(file.mimeType)
        members["filename"] = .string(file.filename)
        members["object_key"] = .string(file.key.text)
        for name in ["size", "file_size", "fileSize"] { members[name] = .integer(file.size) }
        if members["format"] == nil {
            let ending = MediaType.fileExtension(of: file.filename)
            if !ending.isEmpty { members["format"] = .string(ending == "jpeg" ? "jpg" : ending) }
        }
        return .object(members)
    }

    private static func pictureURLs(_ output: StoredOutput, _ urls: AnswerURLs) -> [JSONValue] {
        let files: [StoredFile] =
            switch output {
            case .data: []
            case .file(let file): [file]
            case .files(let files): files
            }
        return files.filter { $0.mimeType.hasPrefix("image/") }.map { .string(urls.url(of: $0)) }
    }

    private static func milliseconds(_ date: Date?) -> JSONValue {
        date.map { .integer(Int64(($0.timeIntervalSince1970 * 1000).rounded())) } ?? .null
    }
}

extension Refusal {
    /// What the result of a canceled prediction is.
    static let canceled = Refusal("TaskCanceled", "the prediction was canceled")
}

extension String {
    /// "frame_rate" as "frameRate".
    fileprivate var camelCased: String {
        let words = split(separator: "_")
        return words.dropFirst().reduce(String(words.first ?? "")) { $0 + $1.prefix(1).uppercased() + $1.dropFirst() }
    }
}
