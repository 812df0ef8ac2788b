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
        let record = try await queue.record(try call.body.requiredText("taskId", "task_id"))
        var result = JSONValue.null
        var pictures: [JSONValue] = []
        if record.status == .succeeded {
            result = .object(record.outputs.mapValues { json($0, in: call) })
            pictures = record.outputs.sorted { $0.key < $1.key }.flatMap { pictureURLs($0.value, in: call) }
        }
        return [
            "taskId": .string(record.id), "status": .string(record.status.rawValue), "result": result,
            "images": pictures.isEmpty ? .null : .array(pictures), "info": info(record),
            "message": record.failure.map { .string($0) } ?? .null, "parameters": nil, "imgsBytes": nil,
            "taskDuration": record.duration.map { .integer(Int64(($0 / .milliseconds(1)).rounded())) } ?? .null,
            "taskBeginTime": Self.milliseconds(record.began), "taskEndTime": Self.milliseconds(record.ended),
        ]
    }

    /// An object of texts, which is the only form that the official Python client can read.
    private func info(_ record: PredictionRecord) -> JSONValue {
        if let failure = record.failure { return ["message": .string(failure)] }
        switch record.info {
        case nil, .null?: return .null
        case .object(let members)?: return .object(members.mapValues { .string(Self.text($0)) })
        case let value?: return ["message": .string(Self.text(value))]
        }
    }

    private static func text(_ value: JSONValue) -> String {
        value.stringValue ?? (try? value.encoded()).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    private func json(_ output: StoredOutput, in call: SignedCall) -> JSONValue {
        switch output {
        case .data(let value): value
        case .file(let file): json(file, in: call)
        case .files(let files): .array(files.map { json($0, in: call) })
        }
    }

    private func json(_ file: StoredFile, in call: SignedCall) -> JSONValue {
        var members = file.facts
        members["url"] = .string(url(of: file, in: call))
        members["type"] = .string(String(file.mimeType.prefix { $0 != "/" }))
        members["mime_type"] = .string(file.mimeType)
        members["filename"] = .string(file.filename)
        members["object_key"] = .string(file.key.text)
        members["size"] = .integer(file.size)
        if members["format"] == nil {
            let ending = MediaType.fileExtension(of: file.filename)
            if !ending.isEmpty { members["format"] = .string(ending == "jpeg" ? "jpg" : ending) }
        }
        return .object(members)
    }

    private func pictureURLs(_ output: StoredOutput, in call: SignedCall) -> [JSONValue] {
        let files: [StoredFile] =
            switch output {
            case .data: []
            case .file(let file): [file]
            case .files(let files): files
            }
        return files.filter { $0.mimeType.hasPrefix("image/") }.map { .string(url(of: $0, in: call)) }
    }

    private func url(of file: StoredFile, in call: SignedCall) -> String {
        let grant = FileGrant(
            purpose: .read, key: file.key, expires: call.urlExpiry, contentType: file.mimeType,
            filename: file.filename, size: nil)
        return urls.url(grant, origin: call.origin)
    }

    private static func milliseconds(_ date: Date?) -> JSONValue {
        date.map { .integer(Int64(($0.timeIntervalSince1970 * 1000).rounded())) } ?? .null
    }
}
